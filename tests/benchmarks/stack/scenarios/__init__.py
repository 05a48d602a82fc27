"""What is measured: one module a figure or a family of figures."""
