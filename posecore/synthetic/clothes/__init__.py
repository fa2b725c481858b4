"""What bodies wear."""
