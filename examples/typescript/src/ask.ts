// Stores a resume, has questions written about it, watches more of them arrive, and takes everything back.
//
// npm start -- [ADDRESS] [RESUME.json] [SECONDS]: SECONDS is how long any one call may take.

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import type { QuestionSet } from "./gen/career/interview/v1/interview_pb.js";
import { InterviewService } from "./gen/career/interview/v1/interview_service_pb.js";
import { ResumeSchema } from "./gen/career/resume/v1/resume_pb.js";
import { ResumeService } from "./gen/career/resume/v1/resume_service_pb.js";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import type { Status } from "./gen/google/rpc/status_pb.js";

const [, , address = "http://localhost:8080", file = "../resume-backend-36m.json", seconds = "75"] = process.argv;
// The deadline of every call. It travels with the call: the services stop when nobody waits any more.
const transport = createGrpcTransport({ baseUrl: address, defaultTimeoutMs: Number(seconds) * 1000 });
const resumes = createClient(ResumeService, transport);
const interview = createClient(InterviewService, transport);

/** Code and reason of a failure, such as `NotFound RESUME_NOT_FOUND`; the reasons are what programs may rely on. */
function describe(error: unknown): string {
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  return `${Code[failure.code]} ${info?.reason ?? failure.rawMessage}`;
}

/** The failure that a stream tells of in its last event. */
function asError({ code, message, details }: Status): ConnectError {
  const failure = new ConnectError(message, code);
  failure.details = details.map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value }));
  return failure;
}

/** Makes a call up to four times while the other side cannot be reached; under one key, so that it is done once. */
async function keepTrying<Answer>(call: (headers: HeadersInit) => Promise<Answer>): Promise<Answer> {
  const headers = { "idempotency-key": randomUUID() };
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(headers);
    } catch (error) {
      if (attempt === 4 || ConnectError.from(error).code !== Code.Unavailable) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * Math.random()));
    }
  }
}

/** A new set, its questions shown as they arrive. Only the stored set, which comes last, counts. */
async function watch(uniqueKey: string): Promise<QuestionSet> {
  let stored: QuestionSet | undefined;
  let failure = new ConnectError("the stream broke off", Code.Unavailable);
  // Read to its end: leaving the loop earlier would keep the timer of the deadline, and with it the process.
  for await (const { event, index } of interview.streamQuestions({ uniqueKey, language: "ko" })) {
    switch (event.case) {
      case "started":
        console.log(`${event.value.provider} is asked`);
        break;
      case "item":
        console.log(`${index}: ${event.value.question}`);
        break;
      case "restarted":
        console.log(`${event.value.provider} is asked; of these stay: ${event.value.keptIndexes}`);
        break;
      case "completed":
        stored = event.value;
        break;
      case "failed":
        failure = asError(event.value);
        break;
    }
  }
  if (!stored) throw failure;
  return stored;
}

try {
  const resume = fromJson(ResumeSchema, JSON.parse(await readFile(file, "utf8")) as JsonValue);
  const { uniqueKey } = await keepTrying((headers) => resumes.createResume({ resume }, { headers }));
  try {
    const set = await keepTrying((headers) => interview.generateQuestions({ uniqueKey, language: "ko" }, { headers }));
    for (const { difficulty, question } of set.questions) console.log(difficulty, question);
    const { questions } = await watch(uniqueKey);
    console.log(`${questions.length} are stored`);
  } finally {
    const { erasedDocuments } = await resumes.deleteResume({ uniqueKey });
    console.log(`${erasedDocuments} sets are erased`);
  }
  console.log(await resumes.getResume({ uniqueKey }).then(() => "The resume is still there.", describe));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
