//! The reason why a sync stream was broken off.

use crate::codec::CodecError;
use crate::operation::OperationError;
use crate::private_room::OpenError;
use crate::sync::RoundError;

/// The reason why a sync round was broken off, on either side.
#[derive(Debug, thiserror::Error)]
pub(in crate::node) enum SyncError {
    #[error("the stream could not be opened: {0}")]
    Open(#[from] libp2p_stream::OpenStreamError),
    #[error("the stream broke: {0}")]
    Io(#[from] std::io::Error),
    #[error("the stream ended early")]
    Ended,
    #[error("unreadable message: {0}")]
    Codec(#[from] CodecError),
    #[error("a bad operation: {0}")]
    Operation(#[from] OperationError),
    #[error(transparent)]
    Round(#[from] RoundError),
    #[error("the history can't be read: {0}")]
    Store(#[from] inkmesh_store::StoreError),
    #[error("the history holds what is no operation: {0}")]
    Record(OperationError),
    #[error("a message about a private room: {0}")]
    Sealed(#[from] OpenError),
    #[error("the node is closing")]
    Closing,
}

impl SyncError {
    /// Returns whether no honest program causes this.
    pub(in crate::node) fn is_fault(&self) -> bool {
        match self {
            SyncError::Operation(error) => *error != OperationError::Version,
            // Who has other keys than we have may be a member who does not know yet that they have changed.
            SyncError::Sealed(error) => *error == OpenError::Forged,
            other => matches!(other, SyncError::Codec(_) | SyncError::Round(RoundError::Unexpected)),
        }
    }
}
