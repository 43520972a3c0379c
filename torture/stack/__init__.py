"""The product and the servers that it needs, each a process, with the network and the mail server between them."""
