"""``medai literature search "…"``: search PubMed and list what was found.

It asks the network, and nothing else of ``medai literature`` does; answers are kept, so that the
same search works again without a network.  Under ``MEDAI_OFFLINE=1`` only kept answers are used.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

BASE = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "literature",
        help="search PubMed",
        description="Search PubMed and list records, with retractions marked.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    search = verbs.add_parser(
        "search",
        help="search PubMed (needs the network, once)",
        description="Search PubMed. What is found is kept on the disk; NCBI_API_KEY raises the "
        "limit from three to ten requests a second.",
        epilog='Example: medai literature search \'"fish oils" AND "raynaud disease"\' --most 5',
    )
    search.add_argument("term", help="in PubMed's language")
    search.add_argument("--most", type=int, default=20, help="records to list (default: 20)")
    search.add_argument("--since", metavar="DATE", help="published since, e.g. 1985 or 1985/06")
    search.add_argument("--until", metavar="DATE", help="published until")
    search.add_argument("--sort", choices=("relevance", "pub_date"), default="relevance")
    search.add_argument("--abstracts", action="store_true", help="print the abstracts too")
    search.add_argument("--json", action="store_true", help="print JSON")
    search.add_argument("--refresh", action="store_true", help="ask anew, even if it is kept")
    search.add_argument("--email", help="yours, for NCBI")
    search.add_argument("--base-url", default=BASE, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Search and print; return 0, or raise MedaiError."""
    from medai.literature.pubmed import PubMed

    client = PubMed(base_url=args.base_url, email=args.email)
    found = client.search(
        *(args.term,),
        **{"most": args.most, "since": args.since, "until": args.until},
        **{"sort": args.sort, "refresh": args.refresh},
    )
    articles = client.fetch(found)
    if args.json:
        rows = [asdict(one) | {"url": one.url} for one in articles]
        answer = asdict(found) | {"articles": rows}
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0
    for note in found.warnings:
        print(f"medai: PubMed: {note}", file=sys.stderr)
    kept = ", a kept answer" if found.kept else ""
    print(f"{found.count} records, {len(articles)} listed ({found.when}{kept})")
    print(f"PubMed searched for: {found.translation}")
    for one in articles:
        mark = "RETRACTED. " if one.retracted else "EXPRESSION OF CONCERN. " if one.concern else ""
        who = one.authors[0] + (" et al." if len(one.authors) > 1 else "") if one.authors else "—"
        print(f"\n{one.pmid}  {mark}{one.title}")
        print(f"  {who}, {one.journal}, {one.year or one.date or 'no year'}  {one.url}")
        if args.abstracts and one.text:
            print("  " + one.text.replace("\n", "\n  "))
    return 0
