import Foundation

/// The baseline of `scripts/benchmark`: a node that answers each request at once and keeps nothing.
///
/// By default it decodes with JSONDecoder and encodes with JSONEncoder, the least cost of a node that uses
/// Foundation. With `--bare` it only extracts the client and the `msg_id`, which costs next to nothing, to measure
/// the bench itself.
@main
struct EchoNode {
    static func main() {
        let answer = CommandLine.arguments.contains("--bare") ? bareAnswer : Codec().answer
        var input = [UInt8](repeating: 0, count: 1 << 20)
        var unread: [UInt8] = []
        var output: [UInt8] = []
        while true {
            let count = read(STDIN_FILENO, &input, input.count)
            guard count > 0 else { return }
            unread += input[..<count]
            var start = 0
            while let end = unread[start...].firstIndex(of: UInt8(ascii: "\n")) {
                unread[start..<end].withUnsafeBytes { answer($0, &output) }
                start = end + 1
            }
            unread.removeFirst(start)
            var written = 0
            while written < output.count {
                let count = output[written...].withUnsafeBytes {
                    write(STDOUT_FILENO, $0.baseAddress, $0.count)
                }
                guard count > 0 else { return }
                written += count
            }
            output.removeAll(keepingCapacity: true)
        }
    }

    /// Answers lines in the exact form of the bench: `{"src":"c1",…"type":"read"…"msg_id":7…`.
    private static func bareAnswer(to line: UnsafeRawBufferPointer, _ output: inout [UInt8]) {
        func text(after name: StaticString, to end: StaticString) -> UnsafeRawBufferPointer.SubSequence {
            let length = name.utf8CodeUnitCount
            var start = 0
            while start + length < line.count, memcmp(line.baseAddress! + start, name.utf8Start, length) != 0
            {
                start += 1
            }
            let rest = line[min(start + length, line.count)...]
            return rest.prefix { byte in
                !UnsafeBufferPointer(start: end.utf8Start, count: end.utf8CodeUnitCount).contains(byte)
            }
        }
        func append(_ text: StaticString) {
            output.append(
                contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        let type = text(after: #""type":""#, to: "\"")
        append(#"{"src":""#)
        output.append(contentsOf: text(after: #""dest":""#, to: "\""))
        append(#"","dest":""#)
        output.append(contentsOf: text(after: #""src":""#, to: "\""))
        append(#"","body":{"type":""#)
        output.append(contentsOf: type)
        append(#"_ok","in_reply_to":"#)
        output.append(contentsOf: text(after: #""msg_id":"#, to: ",}"))
        if type.elementsEqual("read".utf8) { append(#","value":1"#) }
        append("}}\n")
    }
}

/// Decodes and encodes with Foundation.
private struct Codec {
    private struct Request: Decodable {
        struct Body: Decodable {
            enum CodingKeys: String, CodingKey {
                case type, key, value, from, to
                case messageID = "msg_id"
            }

            var type: String
            var messageID: Int?
            var key: Int?
            var value: Int?
            var from: Int?
            var to: Int?
        }

        var src: String
        var dest: String
        var body: Body
    }

    private struct Answer: Encodable {
        struct Body: Encodable {
            enum CodingKeys: String, CodingKey {
                case type, value
                case inReplyTo = "in_reply_to"
            }

            var type: String
            var inReplyTo: Int?
            var value: Int?
        }

        var src: String
        var dest: String
        var body: Body
    }

    private let decoder = JSONDecoder()
    private let encoder = JSONEncoder()

    func answer(to line: UnsafeRawBufferPointer, _ output: inout [UInt8]) {
        guard let request = try? decoder.decode(Request.self, from: Data(line)),
            let answer = try? encoder.encode(
                Answer(
                    src: request.dest, dest: request.src,
                    body: Answer.Body(
                        type: request.body.type + "_ok", inReplyTo: request.body.messageID,
                        value: request.body.type == "read" ? 1 : nil)))
        else { return }
        output += answer
        output.append(UInt8(ascii: "\n"))
    }
}
