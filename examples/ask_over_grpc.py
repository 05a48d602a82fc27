"""A typed client of the interview service: one deadline over everything, and retries that write nothing twice.

`python ask_over_grpc.py [ADDRESS] [UNIQUE_KEY] [SECONDS]`; the package `career` is what installing career-coach brings.
"""

import json
import sys
from uuid import uuid4

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from career.interview.v1.interview_service_pb2 import GenerateQuestionsRequest
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceStub

RETRY = {"maxAttempts": 4, "initialBackoff": "0.2s", "maxBackoff": "2s", "backoffMultiplier": 2}
RETRY |= {"retryableStatusCodes": ["UNAVAILABLE"]}
CONFIG = {"methodConfig": [{"name": [{"service": "career.interview.v1.InterviewService"}], "retryPolicy": RETRY}]}


def reason_of(error: grpc.Call) -> str:
    """What a program may rely on, such as `RESUME_NOT_FOUND`; empty for what never reached the service."""
    info = ErrorInfo()
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            any(detail.Unpack(info) for detail in Status.FromString(value).details)
    return str(info.reason)


def main(address: str = "localhost:8080", unique_key: str = "kim-dev", seconds: str = "75") -> int:
    """Prints the questions of a new set; 1 when there is none, with the reason."""
    with grpc.insecure_channel(address, [("grpc.service_config", json.dumps(CONFIG))]) as channel:
        request = GenerateQuestionsRequest(unique_key=unique_key, language="ko")
        # Every attempt carries the same key: a set whose answer got lost on the way is given back, not written again.
        once = (("idempotency-key", str(uuid4())),)
        try:
            answer = InterviewServiceStub(channel).GenerateQuestions(request, timeout=float(seconds), metadata=once)
        except grpc.RpcError as error:
            if not isinstance(error, grpc.Call):
                raise
            print(error.code().name, reason_of(error), file=sys.stderr)  # noqa: T201 - shows it
            return 1
    for question in answer.questions:
        print(question.difficulty, question.question)  # noqa: T201 - shows it
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
