"""The gRPC face of the resume service: map in, call, map out."""

from google.api.httpbody_pb2 import HttpBody

from career.resume.v1 import resume_pb2
from career.resume.v1 import resume_service_pb2 as messages
from career.resume.v1.resume_service_pb2_grpc import ResumeServiceServicer
from services.resume import mapping
from services.resume.model import Resume
from services.resume.use_cases import ResumeUseCases
from shared.pages import page_request
from shared.resume_key import normalize_key
from shared.rpc.calls import Context
from shared.version import VERSION

SERVICE_NAME = "career.resume.v1.ResumeService"


class ResumeServicer(ResumeServiceServicer):
    """Serves `career.resume.v1.ResumeService`."""

    def __init__(self, use_cases: ResumeUseCases) -> None:
        self._use_cases = use_cases

    async def CreateResume(self, request: messages.CreateResumeRequest, context: Context) -> resume_pb2.Resume:
        """Stores a resume."""
        content = mapping.read_content(request.resume)
        key = normalize_key(request.resume.unique_key)
        return self._write(await self._use_cases.create(key, content, context.time_remaining()))

    async def ListResumes(
        self, request: messages.ListResumesRequest, _context: Context
    ) -> messages.ListResumesResponse:
        """Lists resumes."""
        page = await self._use_cases.list(page_request(request.page_size, request.page_token))
        return mapping.write_page(page)

    async def GetResume(self, request: messages.GetResumeRequest, _context: Context) -> resume_pb2.Resume:
        """Reads a resume."""
        return self._write(await self._use_cases.get(normalize_key(request.unique_key)))

    async def UpdateResume(self, request: messages.UpdateResumeRequest, _context: Context) -> resume_pb2.Resume:
        """Replaces a resume."""
        key, content = mapping.read_update(request)
        return self._write(await self._use_cases.update(key, content))

    async def DeleteResume(
        self, request: messages.DeleteResumeRequest, _context: Context
    ) -> messages.DeleteResumeResponse:
        """Deletes a resume and what was derived from it."""
        key = normalize_key(request.unique_key)
        erased = await self._use_cases.delete(key)
        return messages.DeleteResumeResponse(unique_key=key, erased_documents=erased)

    async def ImportJsonResume(self, request: messages.ImportJsonResumeRequest, context: Context) -> resume_pb2.Resume:
        """Stores the resume that a document describes."""
        key, data = mapping.read_import(request)
        return self._write(await self._use_cases.import_json_resume(key, data, context.time_remaining()))

    async def ExportJsonResume(self, request: messages.ExportJsonResumeRequest, _context: Context) -> HttpBody:
        """Gives a resume as a document."""
        document = await self._use_cases.export_json_resume(normalize_key(request.unique_key))
        return mapping.write_export(document)

    async def Health(self, _request: messages.HealthRequest, _context: Context) -> messages.HealthResponse:
        """Says that the service works."""
        await self._use_cases.check_health()
        return messages.HealthResponse(status="SERVING", service=SERVICE_NAME, version=VERSION)

    def _write(self, resume: Resume) -> resume_pb2.Resume:
        return mapping.write_resume(resume, self._use_cases.today())
