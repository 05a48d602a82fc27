-- What REST calls need beyond Envoy's options. Of native gRPC only the request id and unreadable metadata are touched.

-- Nothing in here is worth compiling: it is all calls into Envoy, which the compiler tries again and again and gives up on.
-- Without it a request takes 60 microseconds of CPU less.
jit.off()

-- gRPC's own limit for metadata is 16 KiB.
local MAX_HEADER_BYTES = 15360
local WRITES = {POST = true, PUT = true, PATCH = true}
-- What an answer keeps of a service's metadata; Envoy adds the date, the server and the request id later.
local ANSWER_HEADERS = {
  [":status"] = true, ["content-type"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
  ["retry-after"] = true, ["allow"] = true, ["etag"] = true, ["cache-control"] = true, ["vary"] = true,
  ["content-security-policy"] = true,
}

-- Envoy has made an id; the client's own takes its place when it is fit for a log.
local function keep_sane_request_id(headers)
  local given = headers:get("x-client-request-id")
  headers:remove("x-client-request-id")
  if given and #given <= 128 and given:match("^[%w._:/+=-]+$") then
    headers:replace("x-request-id", given)
  end
end

-- What a native client may tell gRPC itself, and whether gRPC can read it.
local GRPC_METADATA = {
  ["grpc-timeout"] = function(value) return #value < 10 and value:match("^%d+[HMSmun]$") end,
  ["grpc-encoding"] = function(value) return value == "identity" or value == "gzip" or value == "deflate" end,
  ["grpc-accept-encoding"] = function(value) return value:match("^[%w, -]+$") end,
  ["grpc-previous-rpc-attempts"] = function(value) return value:match("^%d%d?$") end,
}

-- The services share one connection for all callers, and it remembers a header that it could not read: from then on it
-- would refuse the calls of others, too. To REST these headers mean nothing, and no service reads binary ones.
-- Gives the bytes of all headers, as they are written in HTTP/1.1.
local function drop_unreadable_metadata(handle, headers, from_grpc)
  local dropped, size = {}, 0
  for name, value in pairs(headers) do
    size = size + #name + #value + 4
    local is_readable = from_grpc and GRPC_METADATA[name]
    local is_unreadable = name:sub(1, 5) == "grpc-" and not (is_readable and is_readable(value))
    -- HTTP has more characters than gRPC, for a name and for a value.
    local is_strange = not name:match("^:?[%l%d_.-]+$") or (name:sub(1, 1) ~= ":" and value:find("[\128-\255]"))
    if is_unreadable or is_strange or name:sub(-4) == "-bin" then table.insert(dropped, name) end
  end
  for _, name in ipairs(dropped) do headers:remove(name) end
  -- A call may have been given its route for a header that it does not have any more, such as a key.
  if #dropped > 0 then handle:clearRouteCache() end
  return size
end

-- A page of another site can send a simple POST through its visitor's browser, though not read the answer.
local function is_foreign(handle, headers)
  local origin = headers:get("origin")
  if not origin or origin:match("^https?://(.+)$") == headers:get(":authority") then return false end
  for _, allowed in ipairs(handle:filterContext():get("origins")) do
    if origin == allowed then return false end
  end
  return true
end

-- `unique%5Fkey` would pass Envoy's list of ignored parameters and then replace the id of the path.
local function encoded_parameter(path)
  for name in (path:match("%?(.*)") or ""):gmatch("[^&]+") do
    name = name:match("^[^=]*")
    if name:find("%", 1, true) then return name end
  end
end

-- What paths name, by both names of each. A body could name it again, and the body would win.
local IDS = {
  unique_key = {"unique_key", "uniqueKey"},
  question_set_id = {"question_set_id", "questionSetId"},
  learning_path_id = {"learning_path_id", "learningPathId"},
}

-- A body without its text values: what is left are the names of its members and what is not quoted.
local function names_of(body)
  local left, position = {}, 1
  while true do
    local start, _, quote = body:find("([\"'])", position)
    if not start then break end
    local stop = start + 1
    while true do
      stop = body:find("[\\" .. quote .. "]", stop)
      if not stop then return table.concat(left) .. body:sub(position) end
      if body:sub(stop, stop) == quote then break end
      stop = stop + 2
    end
    local is_name = body:find("^%s*:", stop + 1)
    table.insert(left, body:sub(position, is_name and stop or start))
    position = stop + 1
  end
  return table.concat(left) .. body:sub(position)
end

-- The id that a body names; a backslash could hide one. Envoy's own check sees only the first mention, by one name.
local function repeated_id(path, body)
  if path:match("^/api/v1/resumes") then return end -- the body is the resume alone
  local names = names_of(body:getBytes(0, body:length()))
  for id, spellings in pairs(IDS) do
    for _, spelling in ipairs(spellings) do
      if names:find(spelling, 1, true) then return id end
    end
  end
  if names:find("\\", 1, true) then return "unique_key" end
end

-- The transcoder forgives a slash at the end of a path, but not behind a verb such as `:exportJsonResume`.
local function drop_slash_behind_verb(headers)
  local verb, query = headers:get(":path"):match("^([^?]*:%a+)/(%??.*)$")
  if verb and (query == "" or query:sub(1, 1) == "?") then headers:replace(":path", verb .. query) end
end

local function is_json(kind)
  kind = kind:lower()
  return kind == "application/json" or kind:match("^application/json%s*;") ~= nil
end

-- Of a request that must not pass: status and message; reason and field where the status does not say it all.
local function refusal(handle, headers)
  local path, method, kind = headers:get(":path"), headers:get(":method"), headers:get("content-type")
  local parameter = encoded_parameter(path)
  if parameter then
    return "400", "the names of parameters must not be percent-encoded", "UNKNOWN_PARAMETER", parameter
  end
  local body = handle:body()
  if not body or body:length() == 0 then return end
  if not WRITES[method] then return "400", method .. " takes no body", "BODY_NOT_ALLOWED" end
  if not is_json(kind or "") then return "415", "" end
  local id = repeated_id(path, body)
  if id then return "400", "the ids of the path must not stand in the body", "PATH_ID_REPEATED", id end
end

-- Notes the reason for the reply, which Envoy writes by `error_reasons.yaml`.
local function refuse(handle, status, message, reason, field)
  local notes = handle:streamInfo():dynamicMetadata()
  if reason then notes:set("career", "reason", reason) end
  if field then notes:set("career", "field", field) end
  handle:respond({[":status"] = status}, message)
end

-- By the content type alone, as the transcoder sees it: `/%61pi/v1` is a REST path, too.
local function is_grpc(headers)
  local kind = headers:get("content-type") or ""
  return kind == "application/grpc" or kind:sub(1, 17) == "application/grpc+"
end

-- No client of ours sends any, and the service would read one as if it were metadata: one that it cannot read spoils the
-- connection that all callers share.
local function drop_trailers(handle)
  local trailers = handle:trailers()
  if not trailers then return end
  local names = {}
  for name in pairs(trailers) do table.insert(names, name) end
  for _, name in ipairs(names) do trailers:remove(name) end
end

-- Of native gRPC: a REST path, and what no client of gRPC sends.
local function grpc_refusal(headers)
  if headers:get(":path"):sub(1, 5) == "/api/" then return "415" end
  if headers:get(":method") ~= "POST" then return "405" end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local from_grpc = is_grpc(headers)
  keep_sane_request_id(headers)
  -- Envoy's own limit is higher: beyond it HTTP/2 knows no answer but to break the stream off.
  if drop_unreadable_metadata(handle, headers, from_grpc) > MAX_HEADER_BYTES then return refuse(handle, "431", "") end
  if headers:get(":method") ~= "GET" and is_foreign(handle, headers) then return refuse(handle, "403", "") end
  if from_grpc then
    local status = grpc_refusal(headers)
    if status then return refuse(handle, status, "") end
    headers:replace("te", "trailers") -- without it the service resets the stream, which looks like an outage
    return drop_trailers(handle)
  end
  drop_slash_behind_verb(headers)
  local status, message, reason, field = refusal(handle, headers)
  if status then return refuse(handle, status, message, reason, field) end
  drop_trailers(handle)
end

-- The transcoder's words for what it could not read: where the field stands in them, and what is the matter with it.
local UNREADABLE = {
  {
    '"message":"Could not find field \\"([^"\\]+)\\" in the type',
    "is not a parameter of this method", "UNKNOWN_PARAMETER",
  },
  {'"message":"([%w_.%[%]]+): ', "has a value of the wrong type"},
}

-- Names the field as every other error does.
local function name_field(handle)
  local buffered = handle:body()
  local body = buffered and buffered:getBytes(0, buffered:length()) or ""
  for _, case in ipairs(UNREADABLE) do
    local field = body:match(case[1])
    if field then
      if case[3] then body = body:gsub('"MALFORMED_REQUEST"', '"' .. case[3] .. '"', 1) end
      local violation = '{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":"'
        .. field .. '","description":"' .. case[2] .. '"}]},'
      local _, start = body:find('"details":[', 1, true)
      buffered:setBytes(body:sub(1, start) .. violation .. body:sub(start + 1))
      return
    end
  end
end

-- Envoy writes its own replies to grpc-web as text; a client of it reads the status from headers, as with gRPC.
local function answer_grpc_web(handle, headers)
  headers:replace(":status", "200")
  headers:replace("content-type", "application/grpc")
  local body = handle:body()
  local message = body and body:getBytes(0, body:length()) or ""
  if body then body:setBytes("") end
  handle:headers():replace("grpc-message", message)
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local kind = headers:get("content-type")
  if kind == "text/plain" and headers:get("grpc-status") then return answer_grpc_web(handle, headers) end
  if not kind or (kind:sub(1, 16) ~= "application/json" and kind:sub(1, 17) ~= "text/event-stream") then return end
  local is_unreadable = headers:get("x-gateway-reply")
  local metadata = {}
  for name in pairs(headers) do
    if not ANSWER_HEADERS[name] then table.insert(metadata, name) end
  end
  for _, name in ipairs(metadata) do headers:remove(name) end
  if is_unreadable then name_field(handle) end
end
