import Foundation
import PlayPage

/// The page of a cluster that is played with, and the controls on it.
struct PlayPages: Sendable {
    let desk: PlayDesk

    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        guard request.isLocal else { return .error("403 Forbidden") }
        switch (request.method, request.path) {
        case ("POST", "/command"): return command(request)
        case ("GET", "/"), ("HEAD", "/"): return .page(PlayPage.html)
        case ("GET", "/state"):
            let from = request.query.hasPrefix("from=") ? Int(request.query.dropFirst(5)) : 0
            return HTTPAnswer(type: "application/json", body: desk.shown.json(from: from ?? 0))
        case ("GET", "/favicon.svg"), ("GET", "/favicon.ico"):
            return HTTPAnswer(type: "image/svg+xml", body: PlayPage.icon)
        case ("GET", _), ("HEAD", _): return .error("404 Not Found")
        default: return .error("405 Method Not Allowed")
        }
    }

    /// Takes a command in the words of the prompt. Only this page may give one: no other that the same browser shows.
    private func command(_ request: HTTPRequest) -> HTTPAnswer {
        guard request.isSameOrigin else { return .error("403 Forbidden") }
        do {
            let line = String(decoding: request.body, as: UTF8.self)
            let command = try PlayCommand(line, nodes: desk.shown.members.count)
            switch command {
            case .see, .help, .messages, .quit:
                return .text("\(line): only at the prompt", status: "400 Bad Request")
            default: desk.give(command)
            }
            return .text("done", status: "200 OK")
        } catch {
            return .text("\(error)", status: "400 Bad Request")
        }
    }
}
