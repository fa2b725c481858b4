"""What people look like: attributes computed from their joints, words for them, what sets people apart."""
