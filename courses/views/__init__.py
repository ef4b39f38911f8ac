"""Pages of courses: micro-lessons, the path of new hires, sign-offs, classes, certificates."""
