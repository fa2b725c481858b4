"""The dashboard: pages that show bundles. Everything that is computed comes from posecore."""
