"""The template of the functions: names, region, rights, and no key anywhere in it."""

import re
import tomllib

import pytest
import yaml

from config import aws
from config.env import ROOT, Environment

FOLDER = ROOT / "deploy" / "lambda"
ACTIONS = {
    "sts:AssumeRole",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
    "lambda:InvokeFunction",
}
"""All that anything in the template may do."""

KEY = re.compile(r"AKIA[0-9A-Z]{16}|aws_secret|ACCESS_KEY|BEGIN [A-Z ]*PRIVATE")


class Reader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as {tag: value}."""


def _short_form(loader, suffix, node):
    kinds = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda one: loader.construct_sequence(one, deep=True),
        yaml.MappingNode: lambda one: loader.construct_mapping(one, deep=True),
    }
    return {suffix: kinds[type(node)](node)}


Reader.add_multi_constructor("!", _short_form)


@pytest.fixture(scope="module")
def template():
    return yaml.load((FOLDER / "template.yaml").read_text("utf-8"), Reader)


def actions_in(value) -> set[str]:
    if isinstance(value, dict):
        own = value.get("Action", [])
        found = {own} if isinstance(own, str) else set(own)
        return found.union(*(actions_in(one) for one in value.values()))
    if isinstance(value, list):
        return set().union(*(actions_in(one) for one in value))
    return set()


@pytest.mark.behaviour("OP-48")
def test_the_function_is_called_after_project_and_stage(template):
    resources = template["Resources"]
    assert resources["Web"]["Properties"]["FunctionName"] == {"Sub": "${Project}-${Stage}"}
    assert resources["Work"]["Properties"]["FunctionName"] == {"Sub": "${Project}-${Stage}-work"}
    assert resources["ApiStage"]["Properties"]["StageName"] == {"Ref": "Stage"}


@pytest.mark.behaviour("OP-48")
def test_the_region_is_seoul_unless_somebody_says_another():
    given = tomllib.loads((FOLDER / "samconfig.toml").read_text("utf-8"))
    assert given["default"]["global"]["parameters"]["region"] == "ap-northeast-2"
    assert "ap-northeast-2" not in (FOLDER / "template.yaml").read_text("utf-8")


@pytest.mark.behaviour("OP-48")
def test_the_rights_are_those_that_are_listed(template):
    assert actions_in(template) == ACTIONS
    statements = [
        one
        for policy in template["Resources"]["Role"]["Properties"]["Policies"]
        for one in policy["PolicyDocument"]["Statement"]
    ]
    open_ones = [one for one in statements if one["Resource"] == "*"]
    assert all(str(action).startswith("ec2:") for one in open_ones for action in one["Action"])


@pytest.mark.behaviour("OP-48")
def test_no_key_stands_in_it():
    for path in sorted(FOLDER.iterdir()):
        assert not KEY.search(path.read_text("utf-8")), path
    variables = yaml.load((FOLDER / "template.yaml").read_text("utf-8"), Reader)
    given = variables["Globals"]["Function"]["Environment"]["Variables"]
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL"):
        assert given[name]["Sub"].startswith("{{resolve:secretsmanager:")


def test_every_variable_in_it_is_one_of_ours(template):
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    assert set(given) <= set(Environment({}).names)


def test_the_clock_calls_each_minute_with_what_the_handler_understands(template):
    clock = template["Resources"]["Clock"]["Properties"]
    assert clock["ScheduleExpression"] == "rate(1 minute)"
    assert clock["Targets"][0]["Input"] == '{"madang": "drain"}'
    assert 'CMD ["config.aws.handler"]' in (FOLDER / "Dockerfile").read_text("utf-8")
    assert callable(aws.handler)
