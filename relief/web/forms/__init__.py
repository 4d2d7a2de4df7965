"""What people type, checked for its shape only. Rules are asked by the actions."""
