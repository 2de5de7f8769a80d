"""The claims of the designs, one file each: a number, its null, a picture, and a verdict."""
