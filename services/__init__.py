"""The three services. None imports another: they speak by contract."""
