import bokehAnswer from "../../tests/protocol/bokeh_answer.json"
import bokehRequest from "../../tests/protocol/bokeh_request.json"
import changedFrameAnswer from "../../tests/protocol/changed_frame_answer.json"
import changedViewportRequest from "../../tests/protocol/changed_viewport_request.json"
import errorAnswer from "../../tests/protocol/error_answer.json"
import fileAnswer from "../../tests/protocol/file_answer.json"
import frameAnswer from "../../tests/protocol/frame_answer.json"
import htmlRequest from "../../tests/protocol/html_request.json"
import packedFrameAnswer from "../../tests/protocol/packed_frame_answer.json"
import patch from "../../tests/protocol/patch.json"
import provenanceAnswer from "../../tests/protocol/provenance_answer.json"
import provenanceRequest from "../../tests/protocol/provenance_request.json"
import readingAnswer from "../../tests/protocol/reading_answer.json"
import readingRequest from "../../tests/protocol/reading_request.json"
import viewportRequest from "../../tests/protocol/viewport_request.json"

const SAMPLES = {
  bokehAnswer,
  bokehRequest,
  changedFrameAnswer,
  changedViewportRequest,
  errorAnswer,
  fileAnswer,
  frameAnswer,
  htmlRequest,
  packedFrameAnswer,
  patch,
  provenanceAnswer,
  provenanceRequest,
  readingAnswer,
  readingRequest,
  viewportRequest,
}

/** A recorded message of tests/protocol, as it arrives; pytest reads the same files. */
export function sample(name: keyof typeof SAMPLES): { content: Record<string, unknown>; buffers: DataView[]; whole: DataView[] } {
  const { content, buffers, whole = [] } = SAMPLES[name] as { content: Record<string, unknown>; buffers: string[]; whole?: string[] }
  const bytes = (text: string) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer)
  return { content, buffers: buffers.map(bytes), whole: whole.map(bytes) }
}
