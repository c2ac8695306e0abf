import Platform

/// Makes a system call again for as long as a signal interrupts it. Network file systems and FUSE let signals interrupt
/// `open`, `mkdir` and `fsync`, also where no handler is set: a debugger that attaches, or a process that is stopped
/// and goes on, suffices.
///
/// An interrupted `fsync` has not said that anything is durable, and has not lost anything either: it gave up waiting.
/// So the next one waits for the rest, as in PostgreSQL and Go. Every other error of it is final: the kernel reports a
/// failed write once, and a second `fsync` would say that all is well.
/// - Parameter call: returns a negative number, and sets `errno`, where it fails.
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}
