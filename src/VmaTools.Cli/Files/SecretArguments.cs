using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Text;

namespace VmaTools.Cli.Files;

/// <summary>
/// What encrypted volumes are opened with: in files, or on standard input, since what stands on a command line is seen by others and kept.
/// </summary>
internal sealed class SecretArguments
{
    private const int MaxText = 64 * 1024;

    private readonly Option<string[]> _passphrases = Make("--passphrase-file", "First line of a file, or of standard input ('-'): a passphrase of encrypted volumes. May come more than once.");
    private readonly Option<string[]> _recoveryKeys = Make("--recovery-key-file", "The same for a recovery key: BitLocker's 48 digits, or what systemd printed for LUKS.");
    private readonly Option<string[]> _keyFiles = Make("--key-file", "A file whose bytes are the key: LUKS's key file, BitLocker's startup key (.BEK).");

    private SecretArguments()
    {
    }

    private delegate void TakeText(ReadOnlySpan<char> text);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="archive">Its archive, which may come from standard input, too.</param>
    public static SecretArguments AddTo(Command command, Argument<string> archive)
    {
        SecretArguments arguments = new();
        command.Options.Add(arguments._passphrases);
        command.Options.Add(arguments._recoveryKeys);
        command.Options.Add(arguments._keyFiles);
        Arguments.Validate(command, result =>
        {
            string[] secrets = [.. result.GetValue(arguments._passphrases) ?? [], .. result.GetValue(arguments._recoveryKeys) ?? []];
            string?[] others = [result.GetValue(archive), result.GetValue<string>(RemoteArguments.HeadersFileName)];
            if (secrets.Concat(others).Count(static f => f == "-") > 1)
            {
                result.AddError("Only one of the archive, its secrets and the headers for its server can come from standard input: '-' stands once.");
            }
        });
        return arguments;
    }

    /// <summary>Whether any secret was given.</summary>
    public bool IsGiven(CommandResult parsed) =>
        new[] { _passphrases, _recoveryKeys, _keyFiles }.Any(o => parsed.GetValue(o) is { Length: > 0 });

    /// <summary>The secrets that were given, or null. Whoever calls disposes them.</summary>
    /// <exception cref="VmaException">A file is empty or too large.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public VolumeSecrets? Read(ParseResult parsed)
    {
        string[] passphrases = parsed.GetValue(_passphrases) ?? [];
        string[] recoveryKeys = parsed.GetValue(_recoveryKeys) ?? [];
        string[] keyFiles = parsed.GetValue(_keyFiles) ?? [];
        if (passphrases.Length + recoveryKeys.Length + keyFiles.Length == 0)
        {
            return null;
        }

        VolumeSecrets secrets = new() { Argon2 = new KonsciousArgon2() };
        try
        {
            foreach (string file in recoveryKeys)
            {
                ReadLine(file, secrets.AddRecoveryKey);
            }

            foreach (string file in keyFiles)
            {
                secrets.AddKeyFile(file);
            }

            foreach (string file in passphrases)
            {
                ReadLine(file, secrets.AddPassphrase);
            }

            return secrets;
        }
        catch
        {
            secrets.Dispose();
            throw;
        }
    }

    private static Option<string[]> Make(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "file",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Takes the first line of a file, without its end; what held it is wiped.</summary>
    private static void ReadLine(string file, TakeText take)
    {
        byte[] bytes = GC.AllocateArray<byte>(MaxText, pinned: true);
        char[] text = GC.AllocateArray<char>(MaxText, pinned: true);
        try
        {
            using Stream stream = file == "-" ? Console.OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            int length = stream.ReadAtLeast(bytes, MaxText, throwOnEndOfStream: false);
            int end = bytes.AsSpan(0, length).IndexOf((byte)'\n');
            int count = end < 0 ? length : end;
            count -= end > 0 && bytes[end - 1] == '\r' ? 1 : 0;
            if (count is 0 or MaxText)
            {
                throw new VmaException(VmaCodes.KeyFileInvalid, count == 0 ? "The file has no secret in its first line." : $"A secret has less than {MaxText} bytes.", file == "-" ? null : file);
            }

            take(text.AsSpan(0, Encoding.UTF8.GetChars(bytes.AsSpan(0, count), text)));
        }
        finally
        {
            Array.Clear(bytes);
            Array.Clear(text);
        }
    }
}
