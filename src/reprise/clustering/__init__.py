"""Grouping of latents: the methods of the designs behind one function, over several seeds."""
