import Consensus
import KeyValue

enum LogRequest: Message {
    static let name = "log"

    static func input(_ fields: Fields) throws(Malformed) -> Input {
        let from = try fields.required("from", .count)
        let to = try fields.required("to", .count)
        guard from >= 1 else { throw fields.wrong("from", "at least 1, where the log begins") }
        guard to >= from else { throw fields.wrong("to", "at least from, which is \(from)") }
        return .log(from...to, client: fields.source, messageID: fields.messageID)
    }
}

/// An object per entry, with what it says under the names that requests have.
extension MessageWriter {
    mutating func fields(of excerpt: LogExcerpt) {
        field("first_index", excerpt.firstIndex)
        field("last_index", excerpt.lastIndex)
        field("commit_index", excerpt.commitIndex)
        append("entries")
        bytes.append("[")
        for (slot, line) in excerpt.entries.enumerated() {
            bytes.append(slot > 0 ? ",{\"index\":" : "{\"index\":")
            bytes.append(line.index)
            field("term", line.entry.term)
            fields(of: line.entry.payload)
            bytes.append("}")
        }
        bytes.append("]")
    }

    private mutating func fields(of payload: Entry.Payload) {
        switch payload {
        case .noOp:
            field("type", "no-op")
        case .command(let command):
            guard let operation = LoggedOperation(command) else { return field("text", command.text) }
            fields(of: operation)
            field("client", command.id.client)
            if command.id.numberedBy == nil { field("msg_id", command.id.number) }
        case .membership(let membership):
            field("type", "members")
            field("members", membership.incoming)
            if membership.isJoint { field("old_members", membership.outgoing) }
        }
    }

    private mutating func fields(of operation: LoggedOperation) {
        switch operation {
        case .update(let update): fields(of: update)
        case .refuseChange(let reason):
            field("type", "refuse_change")
            field("reason", reason.rawValue)
        }
    }
}
