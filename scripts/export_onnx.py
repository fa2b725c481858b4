"""Write a network as an ONNX file for the phone's browser, held against PyTorch, and a list of such files."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from posecore.cli import add_option, at_least, command

CHECKED = 20
CALIBRATED = 40


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--checkpoint", type=Path, help="weights made by train.py")
    source.add_argument("--bundle", type=Path, help="the network of a bundle, for example artifacts/demo")
    parser.add_argument("--out", type=Path, required=True, help="folder; what else lies in it is kept")
    parser.add_argument(
        "--int8",
        action="store_true",
        help="in eight bits as well, where the --bundle's people show that it is as good",
    )
    add_option(
        parser, "--limit", "judge --int8 on so many of the bundle's people, drawn at random (default: all)"
    )
    parser.add_argument(
        "--people", type=at_least(1), help="copy so many of the --bundle's pictures there, to be looked at"
    )
    return parser


@command
def main(argv: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(argv)
    from posecore.bundle import open_bundle
    from posecore.bundle.people import labelled_people
    from posecore.errors import ConfigError
    from posecore.models.checkpoint import load_checkpoint

    try:
        from posecore.export import agreement, facts, graph, manifest, people, quantised
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"the package {error.name} is not installed; run `pip install -e '.[phone]'`"
        ) from error
    if (options.int8 or options.people) and not options.bundle:
        raise ConfigError("--int8, --people: they need the people of a bundle; name one with --bundle")
    if options.limit and not options.int8:
        raise ConfigError("--limit: only --int8 is judged; leave it out or add --int8")

    bundle = open_bundle(options.bundle) if options.bundle else None
    network = bundle.network() if bundle else load_checkpoint(options.checkpoint)
    name = bundle.path.resolve().name if bundle else options.checkpoint.resolve().parent.name
    options.out.mkdir(parents=True, exist_ok=True)

    whole = graph.graph_of(network)
    dense = graph.Engine(stored := graph.half_stored(whole))
    agreed = agreement.compare_engines(network, dense, people.rendered_crops(CHECKED))
    print(
        f"{name}: on {CHECKED} people it differs from PyTorch by up to {agreed.largest_difference:.2g}; "
        f"{agreed.same_cells:.2%} of the strongest cells are the same"
    )
    file = options.out / f"{name}.onnx"
    graph.write_graph(file, stored)
    described = facts.describe_network(name, network, bundle)
    rows = [
        {
            **described,
            "precision": "float32",
            "offered": True,
            **facts.of_file(file),
            "pck": facts.of_scores(bundle),
            "check": facts.of_agreement(agreed),
        }
    ]
    print(f"wrote {file}: {described['parameters']:,} parameters, {file.stat().st_size / 1e6:.1f} MB")

    if options.int8 and bundle:
        judges = labelled_people(bundle, None, options.limit, 0, least=1)
        eight = quantised.quantised(whole, people.rendered_crops(CALIBRATED, first=CHECKED))
        judged = quantised.judge(dense, graph.Engine(eight), judges)
        offered = quantised.good_enough(judged)
        file = options.out / f"{name}-int8.onnx"
        row = {**described, "name": f"{name}-int8", "precision": "int8", "offered": offered}
        row["pck"] = facts.of_judgement(judged)
        if offered:
            graph.write_graph(file, eight)
            row |= facts.of_file(file)
        else:
            file.unlink(missing_ok=True)
        rows.append(row)
        difference = judged.difference
        print(
            f"{name}-int8: PCK {difference.mean * 100:+.2f} points ({difference.low * 100:+.2f} to "
            f"{difference.high * 100:+.2f}) of {judged.one.mean:.3f}, {int(difference.n)} people: "
            + (f"wrote {file}" if offered else f"not offered, a lower end above {quantised.LEAST * 100:+} is")
        )

    shown = None
    if options.people and bundle:
        pictures = [path for i in bundle.samples["sample_id"] if (path := bundle.picture_path(i))]
        (options.out / "people").mkdir(exist_ok=True)
        shown = [
            f"people/{Path(shutil.copy(path, options.out / 'people')).name}"
            for path in pictures[: options.people]
        ]
    print(f"wrote {manifest.put_rows(options.out, *rows, people=shown)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
