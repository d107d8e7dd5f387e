"""Group one synthetic survey in many random orders of arrival, and count the different results."""

import argparse
import sys

from reid.identify.grouping_trial import in_many_orders, survey


def main() -> int:
    """Exit code 0 where there is one result, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1000, help="random orders of arrival")
    parser.add_argument("--seed", type=int, default=1, help="of the survey and of the orders")
    arguments = parser.parse_args()
    trial = in_many_orders(survey(arguments.seed), arguments.orders, arguments.seed)
    print(
        f"{trial.photos} photos in {trial.orders} orders: "
        f"{trial.results} result(s), {trial.encounters} encounters"
    )
    return 0 if trial.results == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
