import Foundation
import Serializability

/// Writes the lines to nodes. They vary only in numbers, and in values that are JSON already.
enum MessageWriter {
    /// A client's request.
    /// - Parameter padding: the bytes of padding that make each value a string; nil for plain numbers.
    static func append(
        _ request: Request, padding: Int? = nil, id: Int, client: Int, node: String, messageID: Int,
        to line: inout [UInt8]
    ) {
        func append(_ name: StaticString, value: Int) {
            guard let padding else { return line.append(name, value) }
            line.append(name)
            line.append("\"")
            line.append(contentsOf: repeatElement(UInt8(ascii: "."), count: padding))
            line.append("", value)
            line.append("\"")
        }
        head(id: id, client: client, node: node, to: &line)
        switch request.kind {
        case .read:
            line.append(#""type":"read","key":"#, request.key)
        case .write:
            line.append(#""type":"write","key":"#, request.key)
            append(#","value":"#, value: request.value)
        case .cas:
            line.append(#""type":"cas","key":"#, request.key)
            append(#","from":"#, value: request.value)
            append(#","to":"#, value: request.newValue)
        case .txn:
            line.append(#""type":"txn","txn":["#)
            for (place, operation) in request.operations.enumerated() {
                if place > 0 { line.append(",") }
                write(operation, to: &line)
            }
            line.append("]")
        }
        line.append(#","msg_id":"#, messageID)
        line.append("}}\n")
    }

    private static func write(_ operation: MicroOperation, to line: inout [UInt8]) {
        switch operation {
        case .read(let key, _):
            line.append(#"["r","#, key)
            line.append(",null]")
        case .write(let key, let value):
            line.append(#"["w","#, key)
            line.append(",\(value)]")
        case .append(let key, let value):
            line.append(#"["append","#, key)
            line.append(",\(value)]")
        }
    }

    /// A request of the bench's own.
    /// - Parameter body: its fields as JSON, without `msg_id`.
    static func append(
        body: String, id: Int, client: Int, node: String, messageID: Int, to line: inout [UInt8]
    ) {
        head(id: id, client: client, node: node, to: &line)
        line.append(body)
        line.append(#","msg_id":"#, messageID)
        line.append("}}\n")
    }

    /// The fields of `init`, without `msg_id`.
    static func initBody(node: Int, nodes: Int, names: NodeNames = NodeNames()) -> String {
        let all = names.quoted(Array(0..<nodes), separator: ",")
        return #""type":"init","node_id":"\#(names[node])","node_ids":[\#(all)]"#
    }

    /// A reply of a service.
    /// - Throws: `EncodingError`.
    static func line(_ body: Services.Body, id: Int, from service: Service, to client: String) throws
        -> [UInt8]
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = String(decoding: try encoder.encode(body), as: UTF8.self)
        return Array(
            #"{"id":\#(id),"src":"\#(service.rawValue)","dest":"\#(client)","body":\#(body)}"#.utf8)
    }

    /// A message between nodes, with the id that the network adds.
    /// - Parameter message: a JSON object with at least one field.
    static func append(
        _ message: UnsafeRawBufferPointer.SubSequence, id: Int, to line: inout [UInt8]
    ) {
        let brace = message.firstIndex(of: UInt8(ascii: "{")) ?? message.startIndex
        line.append(#"{"id":"#, id)
        line.append(",")
        line.append(contentsOf: message[(brace + 1)...])
        line.append("\n")
    }

    private static func head(id: Int, client: Int, node: String, to line: inout [UInt8]) {
        line.append(#"{"id":"#, id)
        line.append(#","src":"c"#, client)
        line.append(#"","dest":""#)
        line.append(node)
        line.append(#"","body":{"#)
    }
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func append(_ text: String) {
        append(contentsOf: text.utf8)
    }

    mutating func append(_ text: StaticString, _ number: Int) {
        append(text)
        if number >= 0, number < 10 {
            append(UInt8(ascii: "0") + UInt8(number))
        } else {
            append(contentsOf: String(number).utf8)
        }
    }
}
