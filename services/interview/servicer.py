"""The gRPC face of the interview service: map in, call, map out."""

from collections.abc import AsyncIterator
from contextlib import aclosing

from career.erasure.v1 import erasure_service_pb2
from career.erasure.v1.erasure_service_pb2_grpc import ErasureServiceServicer
from career.generation.v1 import generation_pb2
from career.interview.v1 import interview_pb2
from career.interview.v1 import interview_service_pb2 as messages
from career.interview.v1.interview_service_pb2_grpc import InterviewServiceServicer
from services.interview import mapping
from services.interview.use_cases import QuestionFeedbackUseCases, QuestionUseCases
from shared.generation.feedback_mapping import read_opinion, write_feedback, write_prompt_stats
from shared.generation.mapping import read_day, write_statuses, write_sums
from shared.pages import page_request
from shared.resume_key import normalize_key
from shared.rpc.calls import Context
from shared.version import VERSION

SERVICE_NAME = "career.interview.v1.InterviewService"
ERASURE_NAME = "career.erasure.v1.ErasureService"


class InterviewServicer(InterviewServiceServicer, ErasureServiceServicer):
    """Serves `career.interview.v1.InterviewService`, and erases the question sets when their resume is deleted."""

    def __init__(self, use_cases: QuestionUseCases, feedback: QuestionFeedbackUseCases) -> None:
        self._use_cases = use_cases
        self._feedback = feedback

    async def GenerateQuestions(
        self, request: messages.GenerateQuestionsRequest, context: Context
    ) -> interview_pb2.QuestionSet:
        """Writes a question set."""
        wanted = mapping.read_request(request)
        return mapping.write_set(await self._use_cases.generate(wanted, context.time_remaining()))

    async def ListQuestionSets(
        self, request: messages.ListQuestionSetsRequest, _context: Context
    ) -> messages.ListQuestionSetsResponse:
        """Lists the question sets of a resume."""
        page = page_request(request.page_size, request.page_token)
        return mapping.write_page(await self._use_cases.list(normalize_key(request.unique_key), page))

    async def GetQuestionSet(
        self, request: messages.GetQuestionSetRequest, _context: Context
    ) -> interview_pb2.QuestionSet:
        """Reads one of the question sets."""
        item = await self._use_cases.get(normalize_key(request.unique_key), request.question_set_id)
        return mapping.write_set(item)

    async def StreamQuestions(
        self, request: messages.StreamQuestionsRequest, context: Context
    ) -> AsyncIterator[messages.StreamQuestionsResponse]:
        """Writes a question set, and sends each question as soon as it is good."""
        wanted = mapping.read_request(request)
        async with aclosing(self._use_cases.stream(wanted, context.time_remaining())) as events:
            async for event in events:
                yield mapping.write_event(event)

    async def CreateFeedback(
        self, request: messages.CreateFeedbackRequest, context: Context
    ) -> generation_pb2.Feedback:
        """Stores what somebody thought of a question set."""
        key, opinion = normalize_key(request.unique_key), read_opinion(request)
        return write_feedback(
            await self._feedback.create(key, request.question_set_id, opinion, context.time_remaining())
        )

    async def ListFeedback(
        self, request: messages.ListFeedbackRequest, _context: Context
    ) -> messages.ListFeedbackResponse:
        """Lists what was said of a question set."""
        page = page_request(request.page_size, request.page_token)
        found = await self._feedback.list(normalize_key(request.unique_key), request.question_set_id, page)
        return messages.ListFeedbackResponse(
            feedback=[write_feedback(each) for each in found.items], next_page_token=found.next_page_token
        )

    async def GetPromptStats(
        self, _request: messages.GetPromptStatsRequest, _context: Context
    ) -> messages.GetPromptStatsResponse:
        """Compares the prompt versions."""
        stats = await self._feedback.compare_prompts()
        return messages.GetPromptStatsResponse(prompts=[write_prompt_stats(each) for each in stats])

    async def GetUsage(self, request: messages.GetUsageRequest, _context: Context) -> messages.GetUsageResponse:
        """Sums of a day."""
        day, sums = await self._use_cases.read_usage(read_day(request.day))
        return messages.GetUsageResponse(day=day.isoformat(), providers=write_sums(sums))

    async def Health(self, _request: messages.HealthRequest, _context: Context) -> messages.HealthResponse:
        """Says that the service works."""
        chain = await self._use_cases.check_health()
        return messages.HealthResponse(
            status="SERVING", service=SERVICE_NAME, version=VERSION, providers=write_statuses(chain)
        )

    async def EraseResumeData(
        self, request: erasure_service_pb2.EraseResumeDataRequest, _context: Context
    ) -> erasure_service_pb2.EraseResumeDataResponse:
        """Erases the question sets of a resume."""
        erased = await self._use_cases.erase(normalize_key(request.unique_key))
        return erasure_service_pb2.EraseResumeDataResponse(erased_documents=erased)
