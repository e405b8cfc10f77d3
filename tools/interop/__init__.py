"""Other people's clients, generators and proxies, each used for what it is for on a running system (`make interop`)."""
