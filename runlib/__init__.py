"""What `./run` is made of: the standard library only, so that it starts on a bare Python 3.11."""
