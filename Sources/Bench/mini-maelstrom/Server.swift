import Foundation
import Platform

/// Answers a browser on this machine. It listens only on 127.0.0.1, and answers one request per connection, one after
/// another.
struct Server: Sendable {
    /// Jepsen's port.
    static let defaultPort: UInt16 = 8080
    /// The largest request, in bytes.
    private static let longest = 16_384
    /// The timeout for reads and writes, in seconds.
    private static let patience = 5

    private let descriptor: Int32
    /// The port that it listens on; chosen by the system if 0 was given.
    let port: UInt16

    /// - Throws: `SystemError`.
    init(port: UInt16) throws {
        let listener = socket(AF_INET, streamSocket, 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else {
            let why = String(cString: strerror(errno))
            close(listener)
            throw SystemError(description: "cannot listen on 127.0.0.1:\(port): \(why)")
        }
        descriptor = listener
        self.port = UInt16(bigEndian: address.sin_port)
    }

    /// Serves until the process ends.
    func run(_ answer: (HTTPRequest) -> HTTPAnswer) -> Never {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { continue }
            var patience = timeval(tv_sec: Server.patience, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(connection, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
            }
            if let bytes = Server.read(connection) {
                let request = Server.request(bytes)
                let isHead = request?.method == "HEAD"
                let given = request.map(answer) ?? .error("400 Bad Request")
                Server.write(connection, given, isHead: isHead)
            }
            close(connection)
        }
    }

    private static func request(_ bytes: (head: String, body: [UInt8])) -> HTTPRequest? {
        var request = HTTPRequest(head: bytes.head)
        request?.body = bytes.body
        return request
    }

    /// The head and the body of a request; nil if none arrives.
    private static func read(_ connection: Int32) -> (head: String, body: [UInt8])? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var head: (text: String, end: Int, length: Int)?
        while true {
            if head == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let text = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                let length = HTTPRequest(head: text)?.headers["content-length"].flatMap { Int($0) } ?? 0
                guard (0...longest).contains(length) else { return nil }
                head = (text, end.upperBound, length)
            }
            if let (text, end, length) = head, bytes.count >= end + length {
                return (text, Array(bytes[end..<end + length]))
            }
            guard bytes.count < 2 * longest else { return nil }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer.prefix(count)
        }
    }

    private static func write(_ connection: Int32, _ answer: HTTPAnswer, isHead: Bool) {
        let head = """
            HTTP/1.1 \(answer.status)\r
            Content-Type: \(answer.type)\r
            Content-Length: \(answer.body.count)\r
            X-Content-Type-Options: nosniff\r
            Cache-Control: no-store\r
            Connection: close\r
            \r

            """
        let bytes = Array(head.utf8) + (isHead ? [] : answer.body)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(connection, $0.baseAddress! + sent, $0.count - sent, 0)
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
