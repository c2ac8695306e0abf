import Serializability

/// The outcome of a request, as Maelstrom defines it.
enum Outcome: Hashable, Sendable {
    /// It happened. For a read, with the value; nil for "no value".
    case ok(RegisterValue?)
    /// The transaction happened, with these results.
    case committed([MicroOperation])
    /// It did not happen, and never will.
    case failed(ErrorReason)
    /// It may have happened, may still happen, or never.
    case unknown(ErrorReason)

    /// Maelstrom's rule: a read has no effect, so an unanswered read did not happen.
    static func unanswered(_ kind: Request.Kind, _ reason: ErrorReason) -> Outcome {
        switch kind {
        case .read: .failed(reason)
        case .write, .cas, .txn: .unknown(reason)
        }
    }

    /// The outcome that a reply reports.
    init(_ reply: Reply, to request: Request) {
        let kind = request.kind
        if reply.type == "error" {
            guard let code = reply.code else {
                self = .unanswered(kind, .malformed("an error without a code that is an integer"))
                return
            }
            let reason = ErrorReason.code(code, reply.text ?? "")
            self = ErrorReason.definite.contains(code) ? .failed(reason) : .unanswered(kind, reason)
            return
        }
        if reply.type != "\(kind.name)_ok" {
            let name = reply.type.isEmpty ? "a reply without a type" : reply.type
            self = .unanswered(kind, .malformed("\(name) for a \(kind.name)"))
        } else if let field = reply.unexpected.first {
            self = .unanswered(kind, .malformed("\(reply.type) with a field \(field)"))
        } else if kind == .read {
            self =
                if let value = reply.value { .ok(value) } else {
                    .unanswered(kind, .malformed("read_ok without a value"))
                }
        } else if kind == .txn {
            self = Outcome.transaction(reply.transaction, asked: request)
        } else {
            self = .ok(nil)
        }
    }

    private static func transaction(_ items: [Reply.Item]?, asked: Request) -> Outcome {
        guard let items else { return .unknown(.malformed("txn_ok without a list of [f, key, value]")) }
        guard items.count == asked.operations.count else {
            return .unknown(.malformed("txn_ok with \(items.count) operations for \(asked.operations.count)"))
        }
        var operations: [MicroOperation] = []
        for (item, operation) in zip(items, asked.operations) {
            guard let answered = item.answer(to: operation, isOfLists: asked.isOfLists) else {
                return .unknown(.malformed("txn_ok with \(item) for \(operation.words(isOfLists: false))"))
            }
            operations.append(answered)
        }
        return .committed(operations)
    }
}

/// The kind of an outcome, for counting.
enum Ending: Int, CaseIterable, Sendable {
    case ok, fail, info

    var name: String {
        switch self {
        case .ok: "ok"
        case .fail: "fail"
        case .info: "info"
        }
    }
}

extension Outcome {
    var ending: Ending {
        switch self {
        case .ok, .committed: .ok
        case .failed: .fail
        case .unknown: .info
        }
    }

    /// Why it is not ok; nil if it is.
    var reason: ErrorReason? {
        switch self {
        case .ok, .committed: nil
        case .failed(let reason), .unknown(let reason): reason
        }
    }

    /// Whether the service answered from the register's state.
    var isServed: Bool {
        switch self {
        case .ok, .committed: true
        case .failed(.code(let code, _)): ErrorReason.served.contains(code)
        case .failed, .unknown: false
        }
    }
}

/// Why a request is not ok.
enum ErrorReason: Hashable, Sendable, CustomStringConvertible {
    case timeout
    case code(Int, String)
    /// A reply that Maelstrom's clients refuse, and why.
    case malformed(String)

    /// The codes of errors after which the request did not and will not happen.
    static let definite: Set<Int> = [1, 10, 11, 12, 14, 20, 21, 22, 30]

    /// The codes that depend on the register's value.
    static let served: Set<Int> = [20, 21, 22]

    /// Its kind, for counting.
    var name: String {
        switch self {
        case .timeout: "net-timeout"
        case .malformed: "malformed-reply"
        case .code(let code, _):
            switch code {
            case 0: "timeout"
            case 1: "node-not-found"
            case 10: "not-supported"
            case 11: "temporarily-unavailable"
            case 12: "malformed-request"
            case 13: "crash"
            case 14: "abort"
            case 20: "key-does-not-exist"
            case 21: "key-already-exists"
            case 22: "precondition-failed"
            case 30: "txn-conflict"
            default: "error-\(code)"
            }
        }
    }

    /// As in Maelstrom's histories.
    var description: String {
        switch self {
        case .timeout: ":\(name)"
        case .malformed(let text), .code(_, let text): "[:\(name) \(text)]"
        }
    }
}
