"""Areas, roads, travel times and map layers. Knows nothing of relief work."""
