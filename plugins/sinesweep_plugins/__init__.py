"""The built-in plugins: found by their entry points, like anybody else's."""
