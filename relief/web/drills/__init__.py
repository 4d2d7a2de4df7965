"""Pages of drills: what was drilled, preparing one, and the control room."""
