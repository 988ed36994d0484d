-- signet.lua - asks `signet gateway` whether a request may pass; for HAProxy 2.6 and later.
--
--     global
--         lua-load /etc/haproxy/signet.lua
--         setenv SIGNET_GATEWAY http://127.0.0.1:4180/decision
--     frontend app
--         http-request set-var(txn.signet_allowed) bool(false)
--         http-request lua.signet_decide
--         http-request deny deny_status 503 unless { var(txn.signet_allowed) -m bool }
--
-- 200: the request goes on with the seven X-Signet headers of the answer and its Authorization, if it has one, and none
-- of the client's. Anything else is answered to the client, and so is a gateway that does not answer: with 503, after
-- HAProxy has tried four times. HAProxy passes a request on where a script fails or is cut off, hence the line below it.

local identity = {
    "x-signet-user", "x-signet-session", "x-signet-email", "x-signet-name",
    "x-signet-roles", "x-signet-scopes", "x-signet-client",
}
-- What the gateway looks at, all values of each: of two tokens it takes none.
local asked_with = { "authorization", "cookie", "accept", "sec-fetch-mode", "sec-fetch-site", "origin", "x-forwarded-proto" }
-- What a client may hear of a refusal.
local handed_on = { "content-type", "www-authenticate", "retry-after", "cache-control" }

local function values_of(headers, name)
    local found = {}
    local at = 0
    while headers[name] ~= nil and headers[name][at] ~= nil do
        found[#found + 1] = headers[name][at]
        at = at + 1
    end
    return found
end

local function question(txn)
    local client = txn.http:req_get_headers()
    local headers = {
        ["x-original-method"] = { txn.sf:method() },
        ["x-original-uri"] = { txn.sf:pathq() },
    }
    local hosts = values_of(client, "host")
    if #hosts == 1 then headers["x-forwarded-host"] = hosts end
    for _, name in ipairs(asked_with) do
        local values = values_of(client, name)
        if #values > 0 then headers[name] = values end
    end
    -- Whether a WebSocket is to be opened: what HTTP/2 says of it is made into HTTP/1's Upgrade here.
    if client["upgrade"] ~= nil or client["sec-websocket-key"] ~= nil then headers["sec-websocket-key"] = { "1" } end
    return headers
end

local function refuse(txn, status, headers, body)
    local reply = txn:reply({ status = status })
    for _, name in ipairs(handed_on) do
        for _, value in ipairs(values_of(headers, name)) do reply:add_header(name, value) end
    end
    local sign_in = values_of(headers, "x-signet-sign-in")
    if status == 401 and #sign_in == 1 then
        reply:set_status(302)
        reply:add_header("location", sign_in[1])
    end
    reply:set_body(body)
    txn:done(reply)
end

local function refuse_unasked(txn)
    return refuse(txn, 503, { ["retry-after"] = { [0] = "1" } }, "")
end

-- A header for which HAProxy's buffer has no room is left out without a word.
local function has_all(txn, wanted)
    local headers = txn.http:req_get_headers()
    for name, value in pairs(wanted) do
        local values = values_of(headers, name)
        if #values ~= 1 or values[1] ~= value then return false end
    end
    return true
end

core.register_action("signet_decide", { "http-req" }, function(txn)
    for _, name in ipairs(identity) do txn.http:req_del_header(name) end
    local asked, answer = pcall(function()
        return core.httpclient():get({ url = os.getenv("SIGNET_GATEWAY"), headers = question(txn), timeout = 1500 })
    end)
    if not asked or answer == nil or answer.status == nil then return refuse_unasked(txn) end
    if answer.status ~= 200 then
        local is_refusal = answer.status == 401 or answer.status == 403
        return refuse(txn, is_refusal and answer.status or 503, answer.headers or {}, answer.body or "")
    end
    local added = {}
    for _, name in ipairs(identity) do
        local value = values_of(answer.headers, name)
        -- All of them come with a 200; whoever answers without them is no gateway.
        if #value ~= 1 then return refuse_unasked(txn) end
        added[name] = value[1]
    end
    txn.http:req_del_header("authorization")
    local token = values_of(answer.headers, "authorization")
    if #token == 1 and token[1] ~= "" then added["authorization"] = token[1] end
    for name, value in pairs(added) do txn.http:req_set_header(name, value) end
    if not has_all(txn, added) then return refuse_unasked(txn) end
    txn:set_var("txn.signet_allowed", true)
end, 0)
