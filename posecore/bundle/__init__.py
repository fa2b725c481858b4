"""The contract between the scripts, which write bundles, and the dashboard, which reads them.

A bundle is one folder: a network's weights, the latents of N people, a table of those people,
thumbnails of their heatmaps, the network's history and figures, and a manifest with the hash of every
file. Row i of the latents belongs to row i of the table; everything else refers to a person by
`sample_id`. Nothing is unpickled, nothing large is read before it is asked for.
"""

from posecore.bundle.integrity import verify
from posecore.bundle.manifest import SCHEMA_VERSION, DatasetInfo, FileInfo, Manifest, ModelInfo
from posecore.bundle.reader import Bundle, check_latents, list_bundles, open_bundle
from posecore.bundle.studies import Study, open_study, study_command, write_study
from posecore.bundle.thumbnails import write_thumbnails
from posecore.bundle.writer import add_figures, check_destination, new_manifest, write_bundle

__all__ = [
    "SCHEMA_VERSION",
    "Bundle",
    "DatasetInfo",
    "FileInfo",
    "Manifest",
    "ModelInfo",
    "Study",
    "add_figures",
    "check_destination",
    "check_latents",
    "list_bundles",
    "new_manifest",
    "open_bundle",
    "open_study",
    "study_command",
    "verify",
    "write_bundle",
    "write_study",
    "write_thumbnails",
]
