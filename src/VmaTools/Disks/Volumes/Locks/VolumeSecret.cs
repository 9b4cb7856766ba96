using System;
using System.Text;

namespace VmaTools.Disks.Volumes.Locks;

/// <summary>One secret: a text, or bytes.</summary>
internal sealed class VolumeSecret : IDisposable
{
    // A text that is no Unicode is no error here: it just opens nothing.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public VolumeSecret(string kind) => Kind = kind;

    /// <summary>What it was given as, by the constants of <see cref="VolumeKeyProtector"/>.</summary>
    public string Kind { get; }

    public char[]? Text { get; init; }

    public byte[]? Bytes { get; init; }

    /// <summary>Its bytes, a text in UTF-8; whoever calls wipes them.</summary>
    public byte[] ToBytes()
    {
        if (Text is not null)
        {
            return Secret.Encode(Text, Utf8);
        }

        byte[] copy = Secret.Bytes(Bytes!.Length);
        Bytes.CopyTo(copy, 0);
        return copy;
    }

    public VolumeSecret Copy() => Text is not null
        ? new VolumeSecret(Kind) { Text = Secret.Copy(Text) }
        : new VolumeSecret(Kind) { Bytes = ToBytes() };

    public void Dispose()
    {
        Secret.Wipe((Array?)Text ?? Bytes!);
    }
}
