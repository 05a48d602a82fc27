-- What REST calls need beyond Envoy's options. Of native gRPC only the request id and unreadable metadata are touched.

-- Origins of web pages that may write beside the API's own, such as ["https://jobs.example"] = true.
local ORIGINS = {}
local WRITES = {POST = true, PUT = true, PATCH = true}
-- What an answer keeps of a service's metadata; Envoy adds the date, the server and the request id later.
local ANSWER_HEADERS = {
  [":status"] = true, ["content-type"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
  ["retry-after"] = true,
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
local function drop_unreadable_metadata(headers, from_grpc)
  local dropped = {}
  for name, value in pairs(headers) do
    local is_readable = from_grpc and GRPC_METADATA[name]
    local is_unreadable = name:sub(1, 5) == "grpc-" and not (is_readable and is_readable(value))
    if is_unreadable or name:sub(-4) == "-bin" then table.insert(dropped, name) end
  end
  for _, name in ipairs(dropped) do headers:remove(name) end
end

-- A page of another site can send a simple POST through its visitor's browser, though not read the answer.
local function is_foreign(headers)
  local origin = headers:get("origin")
  return origin and not ORIGINS[origin] and origin:match("^https?://(.+)$") ~= headers:get(":authority")
end

-- `unique%5Fkey` would pass Envoy's list of ignored parameters and then replace the id of the path.
local function has_encoded_parameter(path)
  for name in (path:match("%?(.*)") or ""):gmatch("[^&]+") do
    if name:match("^[^=]*"):find("%", 1, true) then return true end
  end
  return false
end

-- Envoy compares only the first mention of an id with the path, and the last one wins. A backslash could hide a name.
local function may_replace_id(path, body)
  if path:match("^/api/v1/resumes") then return false end -- the body is the resume alone
  local _, snake = body:gsub("unique_key", "")
  local _, camel = body:gsub("uniqueKey", "")
  return snake + camel > 1 or body:find("\\", 1, true) ~= nil
end

local function is_json(kind)
  kind = kind:lower()
  return kind == "application/json" or kind:match("^application/json%s*;") ~= nil
end

-- Status and message of a refusal; nothing for a request that may pass.
local function refusal(handle, headers)
  local path, method, kind = headers:get(":path"), headers:get(":method"), headers:get("content-type")
  if is_foreign(headers) and method ~= "GET" then return "403", "web pages of this origin may not call the API" end
  if has_encoded_parameter(path) then return "400", "names of query parameters must not be percent-encoded" end
  local buffered = handle:body()
  local size = buffered and buffered:length() or 0
  if size == 0 then return end
  if not WRITES[method] then return "400", method .. " takes no body" end
  if not is_json(kind or "") then return "415", "the body must be application/json" end
  if may_replace_id(path, buffered:getBytes(0, size)) then
    return "400", "the path names the resume; the body must not, nor hold a backslash"
  end
end

-- By the content type alone, as the transcoder sees it: `/%61pi/v1` is a REST path, too.
local function is_grpc(headers)
  local kind = headers:get("content-type") or ""
  return kind == "application/grpc" or kind:sub(1, 17) == "application/grpc+"
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local from_grpc = is_grpc(headers)
  keep_sane_request_id(headers)
  drop_unreadable_metadata(headers, from_grpc)
  if from_grpc then return end
  local status, message = refusal(handle, headers)
  if status then handle:respond({[":status"] = status}, message) end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local kind = headers:get("content-type")
  if not kind or kind:sub(1, 16) ~= "application/json" then return end
  local metadata = {}
  for name in pairs(headers) do
    if not ANSWER_HEADERS[name] then table.insert(metadata, name) end
  end
  for _, name in ipairs(metadata) do headers:remove(name) end
end
