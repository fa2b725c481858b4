"""One thing of a picture changed and everything else held: what each change is, and the picture it gives."""
