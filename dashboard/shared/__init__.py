"""What several pages share; a page imports this and posecore, never another page."""
