import Consensus
import KeyValue
import Maelstrom

/// What was read at once, decoded.
struct Batch: Sendable {
    var inputs: [Input] = []
    /// The lines as they came, where somebody wants to see them.
    var lines: [String] = []
    /// What reading and decoding took.
    var stopwatch = Stopwatch(isRunning: false)
}

/// Decodes lines outside of the lock. It learns the node's id from `init` itself, for the lines after it in the same
/// batch are decoded before the batch is acted on.
struct Intake {
    private let decoder = MessageDecoder()
    private let keepsLines: Bool
    private var identity: Identity?

    init(keepsLines: Bool) {
        self.keepsLines = keepsLines
    }

    mutating func decode(_ line: UnsafeRawBufferPointer, into batch: inout Batch) {
        if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == 9 }) { return }
        if keepsLines { batch.lines.append(Self.excerpt(line, 1000)) }
        let input = decoder.decode(line, for: identity)
        switch input {
        case .initialize(let request): batch.inputs.append(recognise(request))
        case .unusable(let reason): batch.inputs.append(.unusable("\(reason): \(Self.excerpt(line, 100))"))
        case .request, .status, .log, .peer, .refusal, .unneeded:
            batch.inputs.append(input)
        }
    }

    private static func excerpt(_ line: UnsafeRawBufferPointer, _ length: Int) -> String {
        String(decoding: line.prefix(length), as: UTF8.self) + (line.count > length ? "…" : "")
    }

    /// The first `init` names the node. A repeated one means that the answer got lost; a different one is an error.
    private mutating func recognise(_ request: Initialize) -> Input {
        func refusal(_ code: ErrorCode, _ text: String) -> Input {
            .refusal(
                Refusal(
                    from: identity?.id ?? request.identity.id, to: request.client,
                    inReplyTo: request.messageID, code, text))
        }
        if let identity {
            if identity == request.identity { return .initialize(request) }
            let members = identity.members.joined(separator: " ")
            return refusal(.abort, "this node is \(identity.id) already, among \(members)")
        }
        identity = request.identity
        return .initialize(request)
    }
}
