"""What `make bench-training` times: sampling and training beside the stock tools', doing the same work."""
