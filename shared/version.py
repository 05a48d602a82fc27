"""The version of the software, told by every service's Health."""

VERSION = "0.1.0"
