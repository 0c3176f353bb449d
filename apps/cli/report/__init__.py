"""The report of `weizheng eval all`: what is in it, its pictures and its page."""
