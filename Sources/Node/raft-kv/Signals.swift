import Dispatch
import Platform

/// The signals that ask the process to end.
enum Signals {
    /// Calls `handle` for each; returns once none can be missed.
    /// - Returns: the sources, to be kept for as long as signals shall be handled.
    static func watch(_ handle: @escaping @Sendable (Int32) -> Void) -> [any DispatchSourceSignal] {
        // A closed stdout is an error of write(2), and must not end the process.
        signal(SIGPIPE, SIG_IGN)
        // The same for a file that has reached its size limit.
        signal(SIGXFSZ, SIG_IGN)
        let queue = DispatchQueue(label: "signals")
        return [SIGTERM, SIGINT].map { number in
            let isWatched = DispatchSemaphore(value: 0)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { handle(number) }
            source.setRegistrationHandler { isWatched.signal() }
            source.activate()
            // Dispatch puts its own handler in place, on another thread. Until then a signal ends the process
            // as ever; were it ignored for that moment, it would be lost.
            isWatched.wait()
            leaveToDispatch(number)
            return source
        }
    }
}
