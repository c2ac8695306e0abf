import Consensus
import Dispatch
import Platform
import Synchronization

/// The process around the member: reading, turns, and the end.
///
/// A turn is whole: the lock is held from taking the time to the last write, so that no message overtakes an
/// earlier one. Only reading and decoding happen outside of it.
final class Node: Sendable {
    /// How long a node that was told to end may take.
    private static let shutdownLimit = DispatchTimeInterval.seconds(1)
    /// After how long it answers what it still owes: a little earlier.
    private static let shutdownNoticeTime = DispatchTimeInterval.milliseconds(900)

    private let options: Options
    private let state: Locked<NodeState>
    private let timer = DeadlineTimer()
    /// Whether there is input that no turn has processed: set before it is read, cleared when the turn begins.
    private let inputIsComing = Atomic(false)
    private let isToldToEnd = Atomic(false)

    init(_ options: Options) {
        self.options = options
        state = Locked(NodeState(options))
    }

    /// Reads stdin to its end, on the thread that calls it.
    func run() -> Never {
        timer.start { [self] in timerFired() }
        DispatchQueue(label: "end of input").async {
            Descriptor.standardInput.awaitHangup()
            Self.endWhereNobodyReads()
        }
        let reader = LineReader(.standardInput)
        var intake = Intake(keepsLines: options.log.admits(.trace, .rpc))
        let stopwatch = Stopwatch(isRunning: options.log.admits(.debug, .node))
        while true {
            _ = Descriptor.standardInput.hasInput(timeout: -1)
            inputIsComing.store(true, ordering: .sequentiallyConsistent)
            var batch = Batch(stopwatch: stopwatch)
            batch.stopwatch.start()
            let event = reader.fill()
            batch.stopwatch.ends(.read)
            while let line = reader.next() { intake.decode(line, into: &batch) }
            batch.stopwatch.ends(.decode)
            switch event {
            case .lines:
                process(batch)
            case .end:
                if let line = reader.rest() { intake.decode(line, into: &batch) }
                end(batch)
            case .failed(let error):
                fail("cannot read stdin: \(String(cString: strerror(error)))")
            }
        }
    }

    // MARK: - Turns

    private func process(_ batch: Batch) {
        state.withLock { state in
            inputIsComing.store(false, ordering: .sequentiallyConsistent)
            state.process(batch, at: Clock.now)
            finish(&state)
        }
    }

    /// The timer fired. If input is waiting, the turn that processes it acts on the deadline too; but decoding it may
    /// take long, and a leader's followers must get their heartbeats meanwhile.
    private func timerFired() {
        let hasInput =
            inputIsComing.load(ordering: .sequentiallyConsistent)
            || Descriptor.standardInput.hasInput(timeout: 0)
        state.withLock { state in
            if hasInput {
                state.advanceHeartbeats(to: Clock.now)
                write(&state)
                timer.set(state.heartbeatDeadline)
            } else {
                state.process(Batch(), at: Clock.now)
                finish(&state)
            }
        }
    }

    private func finish(_ state: inout NodeState) {
        write(&state)
        if state.mayEnd, !Descriptor.standardInput.hasInput(timeout: 0) { exitCleanly(&state) }
        timer.set(state.deadline)
    }

    private func write(_ state: inout NodeState) {
        exitIfFailed(&state)
        let error = state.flush()
        if error == 0 { return }
        let isGone = error == EPIPE
        state.log.log(
            isGone ? .info : .error, .node, "cannot write to stdout: \(String(cString: strerror(error)))")
        state.log.flush()
        exitCleanly(&state, isGone ? 0 : EX_IOERR)
    }

    private func exitIfFailed(_ state: inout NodeState) {
        guard let failure = state.failure else { return }
        state.log.log(.error, .node, failure.text)
        state.log.flush()
        exit(failure.exitCode)
    }

    /// Everything is written; only the clean point is left to be noted.
    private func exitCleanly(_ state: inout NodeState, _ code: Int32 = 0) -> Never {
        state.noteCleanPoint()
        exitIfFailed(&state)
        exit(code)
    }

    // MARK: - The end

    private func end(_ batch: Batch) -> Never {
        DispatchQueue(label: "end").async { Self.endWhereNobodyReads() }
        state.withLock { state -> Never in
            state.process(batch, at: Clock.now)
            finishShutdown(&state)
        }
    }

    private func finishShutdown(_ state: inout NodeState) -> Never {
        state.endOfInput()
        let effort = state.effort
        state.log.log(.info, .node, "ends: \(effort)")
        write(&state)
        exitCleanly(&state)
    }

    /// Ends the process once stdin has ended and nobody reads its output: a turn would wait for ever in its write,
    /// perhaps before the reading thread has seen the end of stdin.
    private static func endWhereNobodyReads() -> Never {
        var watch = ReaderWatch()
        repeat { sleep(1) } while !watch.isGivenUp(seeing: Descriptor.sightOfOutput)
        _exit(0)
    }

    private func fail(_ text: String) -> Never {
        state.withLock { state in
            state.log.log(.error, .node, text)
            write(&state)
            exitCleanly(&state, EX_IOERR)
        }
    }

    /// A signal asks the process to end. It hands over and answers what it owes first, within a short time; a second
    /// signal ends it at once.
    ///
    /// A turn holds the lock while it writes, possibly for ever. So whatever must end the process takes no lock, and
    /// each step that needs the lock runs on a thread of its own.
    func terminate(signal: Int32) {
        if isToldToEnd.exchange(true, ordering: .sequentiallyConsistent) { _exit(128 + signal) }
        let now = DispatchTime.now()
        func onThread(at time: DispatchTime, _ step: @escaping @Sendable () -> Void) {
            DispatchQueue(label: "end").asyncAfter(deadline: time, execute: step)
        }
        onThread(at: now + Self.shutdownLimit) { _exit(0) }
        onThread(at: now + Self.shutdownNoticeTime) { [self] in
            state.withLock { state -> Void in finishShutdown(&state) }
        }
        onThread(at: now) { [self] in
            state.withLock { state in
                state.log.log(.info, .node, "is told to end")
                state.beginShutdown(at: Clock.now)
                finish(&state)
            }
        }
    }
}
