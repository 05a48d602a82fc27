"""How many calls the gateway lets to the services at once, and which of them a crowd cannot crowd out."""

import re
from functools import cache
from typing import Any

import pytest
import yaml

from gateway.render import SOURCE, render
from shared.config import SettingsInvalid, load_settings
from shared.yaml_file import read_yaml
from tests.support.routes import takes

KEY = {"OPENAI_API_KEY": "k"}
TWO = {"INTERVIEW_ADDRESS": "127.0.0.1:1,127.0.0.1:2"}


@cache
def rendered(**environment: str) -> dict[str, Any]:
    """What Envoy runs with these settings."""
    # The reader in C, where there is one: the text has ten thousand lines.
    config: dict[str, Any] = yaml.load(
        render(load_settings(environment)), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return config


def manager_of(config: dict[str, Any]) -> dict[str, Any]:
    """The connection manager of the API's listener."""
    filters = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"]
    manager: dict[str, Any] = filters[-1]["typed_config"]
    return manager


def thresholds_of(cluster: str, **environment: str) -> dict[str, int]:
    """Calls at once by priority, in what is rendered for these settings."""
    config = rendered(**environment)
    [found] = [entry for entry in config["static_resources"]["clusters"] if entry["name"] == cluster]
    thresholds: list[dict[str, Any]] = found["circuit_breakers"]["thresholds"]
    assert all(each["max_pending_requests"] == each["max_requests"] for each in thresholds)
    return {each.get("priority", "DEFAULT"): each["max_requests"] for each in thresholds}


@pytest.mark.parametrize(
    ("environment", "generations"),
    [
        pytest.param({}, 8, id="the process does all the work itself"),
        pytest.param(KEY, 512, id="a vendor does"),
        pytest.param(KEY | {"LLM_PROVIDERS": "openai,local"}, 512, id="a vendor does first"),
        pytest.param(KEY | {"LLM_PROVIDERS": "local,openai"}, 8, id="it does so first"),
        pytest.param(KEY | {"LLM_PROVIDERS": "local"}, 8, id="a vendor does only when asked for by name"),
        pytest.param(
            KEY | {"LLM_PROVIDERS": "local,openai", "LLM_ROUTING": "fastest"}, 512, id="a policy asks a vendor first"
        ),
        pytest.param(KEY | {"GATEWAY_GENERATIONS_IN_FLIGHT": "40"}, 40, id="the operator says"),
    ],
)
def test_generations_at_once_depend_on_who_writes(environment: dict[str, str], generations: int) -> None:
    """Beside them there is room for what is short, the questions for health among it."""
    assert thresholds_of("interview", **environment) == {"DEFAULT": generations, "HIGH": 32}
    assert thresholds_of("learning", **environment) == {"DEFAULT": generations, "HIGH": 32}
    assert thresholds_of("resume", **environment) == {"DEFAULT": 120}


def test_each_process_has_its_own() -> None:
    """Two of them take twice as many; the other service's are left alone."""
    assert thresholds_of("interview", **TWO) == {"DEFAULT": 16, "HIGH": 64}
    assert thresholds_of("learning", **TWO) == {"DEFAULT": 8, "HIGH": 32}


def test_a_limit_that_is_none_is_refused_by_its_name() -> None:
    """Nobody could generate."""
    with pytest.raises(SettingsInvalid, match="GATEWAY_GENERATIONS_IN_FLIGHT"):
        load_settings({"GATEWAY_GENERATIONS_IN_FLIGHT": "0"})


@pytest.mark.parametrize(
    ("path", "priority"),
    [
        pytest.param("/career.interview.v1.InterviewService/GenerateQuestions", "DEFAULT", id="generation"),
        pytest.param("/career.learning.v1.LearningService/StreamLearningPath", "DEFAULT", id="stream"),
        pytest.param("/career.resume.v1.ResumeService/GetResume", "DEFAULT", id="resume"),
        pytest.param("/career.interview.v1.InterviewService/ListQuestionSets", "HIGH", id="list"),
        pytest.param("/career.learning.v1.LearningService/CreateFeedback", "HIGH", id="feedback"),
    ],
)
@pytest.mark.parametrize("keyed", [False, True])
def test_what_is_short_is_not_crowded_out(path: str, priority: str, *, keyed: bool) -> None:
    """Generations, and reads of resumes by the thousand, have their places; all else has others."""
    manager = manager_of(read_yaml(SOURCE))

    routes = manager["route_config"]["virtual_hosts"][0]["routes"]

    [first, *_] = [route for route in routes if takes(route["match"], path, keyed=keyed)]
    assert first["route"].get("priority", "DEFAULT") == priority


@pytest.mark.parametrize(
    ("path", "cluster"),
    [
        pytest.param("/career.interview.v1.InterviewService/Health", "interview-health", id="of a generator"),
        pytest.param("/career.resume.v1.ResumeService/Health", "resume-health", id="of resumes"),
        pytest.param("/grpc.health.v1.Health/Check", "resume-health", id="of gRPC"),
    ],
)
def test_questions_for_health_go_another_way(path: str, cluster: str) -> None:
    """To the same endpoints, with no limit but Envoy's own of 1,024."""
    routes = manager_of(read_yaml(SOURCE))["route_config"]["virtual_hosts"][0]["routes"]
    clusters = {each["name"]: each for each in rendered()["static_resources"]["clusters"]}

    [first, *_] = [route for route in routes if takes(route["match"], path, keyed=False)]

    assert first["route"]["cluster"] == cluster
    assert "circuit_breakers" not in clusters[cluster]
    assert clusters[cluster]["load_assignment"] == clusters[cluster.removesuffix("-health")]["load_assignment"]


@pytest.mark.parametrize(
    ("path", "is_dear"),
    [
        pytest.param("/api/v1/interview/kim/questions", True, id="questions"),
        pytest.param("/api/v1/learning/kim/learning-path:stream", True, id="stream"),
        pytest.param("/%61pi/v1/interview/kim/questions", True, id="spelled another way"),
        pytest.param("/career.interview.v1.InterviewService/GenerateQuestions", True, id="native"),
        pytest.param("/api/v1/interview/feedback/questions", True, id="a key like a word of ours"),
        pytest.param("/api/v1/interview/kim/questions?x=/feedback", True, id="a word of ours behind it"),
        pytest.param("/api/v1/interview/kim/questions/0a/feedback", False, id="feedback"),
        pytest.param("/api/v1/learning/kim/learning-path/0a/feedback/?a=b", False, id="feedback with more"),
        pytest.param("/api/v1/resumes", False, id="resume"),
        pytest.param("/api/v1/resumes:importJsonResume", False, id="import"),
        pytest.param("/career.interview.v1.InterviewService/GetQuestionSet", False, id="native read"),
        pytest.param("/career.resume.v1.ResumeService/CreateResume", False, id="native create"),
        pytest.param("/grpc.health.v1.Health/Check", False, id="health"),
    ],
)
def test_a_client_has_few_of_its_requests_as_generations_at_once(path: str, *, is_dear: bool) -> None:
    """Its other requests do not count as such."""
    manager = manager_of(rendered(GATEWAY_REQUESTS_PER_MINUTE="55"))

    [limit] = [each["typed_config"] for each in manager["http_filters"] if each["name"].endswith("local_ratelimit")]

    [method, *short] = limit["rate_limits"][1]["actions"][1]["header_value_match"]["headers"]
    assert method["string_match"] == {"exact": "POST"}
    known = [re.fullmatch(each["string_match"]["safe_regex"]["regex"], path) for each in short if each["invert_match"]]
    assert (not any(known)) == is_dear
    buckets = [each["token_bucket"] for each in limit["descriptors"]]
    assert [(each["max_tokens"], each["tokens_per_fill"]) for each in buckets] == [(55, 55), (3, 55)]
