/// The nodes that Maelstrom itself provides, by their ids. Nodes may build on them.
enum Service: String, CaseIterable, Sendable {
    /// Linearizable.
    case linKV = "lin-kv"
    /// Sequentially consistent: what changes nothing may be answered from one of the last states.
    case seqKV = "seq-kv"
    /// Eventually consistent: the last writer wins.
    case lwwKV = "lww-kv"
    /// A linearizable source of timestamps, from 0 on.
    case linTSO = "lin-tso"
}

/// The state of the services, which behave as Maelstrom's do.
struct Services {
    typealias Body = [String: JSONValue]

    /// How many states `seq-kv` remembers.
    private static let remembered = 32

    private var linear = KeyValues()
    private var states = [KeyValues()]
    /// The number of the last of `states`.
    private var lastState = 0
    /// The latest state that each client of `seq-kv` has seen.
    private var seen: [Address: Int] = [:]
    private var replicas = [TimedKeyValues(), TimedKeyValues()]
    private var timestamp = 0
    private var random: SeededRandom

    init(random: SeededRandom) { self.random = random }

    /// Carries out a request.
    /// - Parameter client: who asks.
    /// - Returns: the body of the reply.
    mutating func answer(_ body: Body, to service: Service, from client: Address) -> Body {
        var reply: Body? =
            switch service {
            case .linKV: linear.apply(body)
            case .seqKV: answerSequentially(body, client)
            case .lwwKV: answerEventually(body)
            case .linTSO: answerTimestamp(body)
            }
        reply = reply ?? KeyValues.error(10, "\(service.rawValue) does not know this type of request")
        reply?["in_reply_to"] = body["msg_id"]
        return reply ?? [:]
    }

    private mutating func answerSequentially(_ body: Body, _ client: Address) -> Body? {
        let oldest = max(seen[client] ?? 0, lastState - states.count + 1)
        let number = oldest + random.below(lastState - oldest + 1)
        var state = states[states.count - 1 - (lastState - number)]
        let before = state
        let reply = state.apply(body)
        if state == before {
            seen[client] = number
            return reply
        }
        // What changes something takes place in the latest state.
        var latest = states[states.count - 1]
        let answer = latest.apply(body)
        states = states.suffix(Services.remembered - 1) + [latest]
        lastState += 1
        seen[client] = lastState
        return answer
    }

    private mutating func answerEventually(_ body: Body) -> Body? {
        let (from, to) = (random.below(replicas.count), random.below(replicas.count))
        replicas[to].merge(replicas[from])
        return replicas[random.below(replicas.count)].apply(body)
    }

    private mutating func answerTimestamp(_ body: Body) -> Body? {
        guard body["type"] == .string("ts") else { return nil }
        defer { timestamp += 1 }
        return ["type": .string("ts_ok"), "ts": .integer(timestamp)]
    }
}

/// A store of any JSON under any JSON.
struct KeyValues: Hashable {
    var values: [JSONValue: JSONValue] = [:]

    /// - Returns: the reply; nil if the type of the request is unknown.
    mutating func apply(_ body: Services.Body) -> Services.Body? {
        let key = body["key"] ?? .null
        switch body["type"] {
        case .string("read"):
            guard let value = values[key] else { return KeyValues.missing }
            return ["type": .string("read_ok"), "value": value]
        case .string("write"):
            values[key] = body["value"] ?? .null
            return ["type": .string("write_ok")]
        case .string("cas"):
            guard let value = values[key] else {
                guard body["create_if_not_exists"] == .bool(true) else { return KeyValues.missing }
                values[key] = body["to"] ?? .null
                return ["type": .string("cas_ok")]
            }
            let from = body["from"] ?? .null
            guard value == from else {
                return KeyValues.error(22, "current value \(value.words) is not \(from.words)")
            }
            values[key] = body["to"] ?? .null
            return ["type": .string("cas_ok")]
        default: return nil
        }
    }

    static let missing = error(20, "key does not exist")

    static func error(_ code: Int, _ text: String) -> Services.Body {
        ["type": .string("error"), "code": .integer(code), "text": .string(text)]
    }
}

/// A replica of `lww-kv`: values with the times of a Lamport clock.
struct TimedKeyValues {
    private var clock = 0
    private var store = KeyValues()
    private var times: [JSONValue: Int] = [:]

    mutating func apply(_ body: Services.Body) -> Services.Body? {
        var body = body
        body["create_if_not_exists"] = nil
        let key = body["key"] ?? .null
        let reply = store.apply(body)
        if reply?["type"] == .string("write_ok") || reply?["type"] == .string("cas_ok") {
            times[key] = clock
            clock += 1
        }
        return reply
    }

    /// Takes over what the other one wrote later, or at the same time, so that replicas come to agree.
    mutating func merge(_ other: TimedKeyValues) {
        clock = max(clock, other.clock)
        for (key, time) in other.times where time >= times[key] ?? 0 {
            times[key] = time
            store.values[key] = other.store.values[key]
        }
    }
}
