import Linearizability

/// Records the history for the checker and for people.
struct Recorder {
    private(set) var history = RunHistory()
    /// The time of each event, in nanoseconds since the start.
    private var times: [UInt64] = []
    private var errors: [Int: ErrorReason] = [:]
    /// The nemesis's operations, each after how many events.
    private var acts: [(event: Int, time: UInt64, text: String)] = []
    private let isOn: Bool

    init(isOn: Bool) { self.isOn = isOn }

    mutating func invoke(_ request: Request, process: Int, at time: UInt64) {
        guard isOn else { return }
        append(RunEvent(process: process, kind: .invoke, key: request.key, action: action(request)), time)
    }

    mutating func complete(_ completion: Clients.Completion, at time: UInt64) {
        guard isOn else { return }
        let request = completion.request
        let kind: RunEvent.Kind
        var action = action(request)
        switch completion.outcome {
        case .ok(let value):
            kind = .ok
            if request.kind == .read { action = .read(value) }
        case .failed(.code(20, _)) where request.kind == .read:
            // Maelstrom ignores such a read, and so misses the loss of a key.
            kind = .ok
        case .failed(let reason):
            kind = .fail
            errors[history.events.count] = reason
        case .unknown(let reason):
            kind = .info
            errors[history.events.count] = reason
        }
        append(RunEvent(process: completion.process, kind: kind, key: request.key, action: action), time)
    }

    /// Records an operation of the nemesis.
    mutating func note(_ text: String, at time: UInt64) {
        acts.append((history.events.count, time, text))
    }

    /// The time of an event, in milliseconds since the start.
    func milliseconds(_ event: Int) -> Double { Report.milliseconds(times[event]) }

    /// The history as text.
    func text() -> [UInt8] {
        var result: [UInt8] = []
        var nextAct = 0
        for index in 0...history.events.count {
            while nextAct < acts.count, acts[nextAct].event == index {
                result.append(
                    "\(Recorder.seconds(acts[nextAct].time))\t:nemesis\t:info\t\(acts[nextAct].text)\n")
                nextAct += 1
            }
            guard index < history.events.count else { break }
            let seconds = Recorder.seconds(times[index])
            result.append(
                HistoryText.line(history.events[index], seconds: seconds, error: errors[index]) + "\n")
        }
        return result
    }

    private mutating func append(_ event: RunEvent, _ time: UInt64) {
        history.append(event)
        times.append(time)
    }

    private func action(_ request: Request) -> Action<RegisterValue> {
        switch request.kind {
        case .read: .read(nil)
        case .write: .write(.integer(request.value))
        case .cas: .compareAndSet(from: .integer(request.value), to: .integer(request.newValue))
        }
    }

    /// With six decimals.
    private static func seconds(_ nanoseconds: UInt64) -> String {
        let fraction = String(nanoseconds / 1000 % 1_000_000)
        return
            "\(nanoseconds / 1_000_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }
}
