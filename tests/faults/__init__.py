"""The fault matrix: every fault of every vendor, met by the real SDKs over real sockets, in calls of both kinds."""
