"""What the helpers stand on and the lessons do not teach: files, networks, checks, plumbing."""
