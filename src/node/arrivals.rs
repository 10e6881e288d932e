//! Counts the bytes that arrive on a connection or a stream as they are read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::{AsyncRead, AsyncWrite};

/// The number of bytes that have arrived, and the time of the last of them.
#[derive(Debug)]
pub(super) struct Arrivals {
    started: Instant,
    bytes: AtomicU64,
    /// Milliseconds after `started`.
    last: AtomicU64,
}

impl Arrivals {
    fn new() -> Self {
        Arrivals { started: Instant::now(), bytes: AtomicU64::new(0), last: AtomicU64::new(0) }
    }

    /// Returns the number of bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Returns when the last of them arrived; the beginning, if none did.
    pub(super) fn last(&self) -> Instant {
        self.started + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    fn add(&self, bytes: usize) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// A connection or stream whose arrivals are counted.
#[derive(Debug)]
pub(super) struct Counted<S> {
    inner: S,
    arrivals: Arc<Arrivals>,
}

impl<S> Counted<S> {
    pub(super) fn new(inner: S) -> Self {
        Counted { inner, arrivals: Arc::new(Arrivals::new()) }
    }

    pub(super) fn arrivals(&self) -> Arc<Arrivals> {
        Arc::clone(&self.arrivals)
    }

    fn count(&self, read: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes @ 1..)) = read {
            self.arrivals.add(bytes);
        }
        read
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut [u8]) -> Poll<io::Result<usize>> {
        let read = Pin::new(&mut self.inner).poll_read(cx, to);
        self.count(read)
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut [io::IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let read = Pin::new(&mut self.inner).poll_read_vectored(cx, to);
        self.count(read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures::AsyncReadExt;
    use futures::io::Cursor;

    use super::*;

    #[tokio::test]
    async fn what_is_read_is_counted() {
        let mut counted = Counted::new(Cursor::new(vec![7; 10]));
        let arrivals = counted.arrivals();
        let began = arrivals.last();
        std::thread::sleep(Duration::from_millis(2));
        let mut to = [0; 6];
        counted.read_exact(&mut to).await.unwrap();
        assert_eq!(arrivals.bytes(), 6);
        assert!(arrivals.last() > began);
        let mut rest = Vec::new();
        counted.read_to_end(&mut rest).await.unwrap();
        assert_eq!((rest.len(), arrivals.bytes()), (4, 10));
    }
}
