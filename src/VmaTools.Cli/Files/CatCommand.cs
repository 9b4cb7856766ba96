using System;
using System.CommandLine;
using System.IO;
using System.Threading;

namespace VmaTools.Cli.Files;

/// <summary><c>vma cat</c></summary>
internal static class CatCommand
{
    private const int BufferSize = 1 << 20;

    public static Command Create()
    {
        Argument<string> file = GuestArguments.Archive();
        Argument<string[]> paths = new("path") { Description = "Files in the guest, as 'vma ls' takes them.", Arity = ArgumentArity.OneOrMore };
        Option<string?> stream = new("--stream") { Description = "A named stream (NTFS) instead of the content.", HelpName = "name" };
        Option<bool> slack = new("--slack") { Description = "What stands behind the last byte up to the end of the last cluster, instead of the content." };
        Option<bool> noReplay = GuestArguments.NoReplay();
        Option<long> maxWindow = Arguments.MaxWindow();
        Command command = new("cat", "Writes the content of files in the guest to standard output.") { file, paths, stream, slack, noReplay, maxWindow };
        SecretArguments secretArguments = SecretArguments.AddTo(command, file);
        command.SetAction(parsed => Terminal.Run(token =>
        {
            using VolumeSecrets? secrets = secretArguments.Read(parsed);
            using VmaArchive archive = Terminal.OpenArchive(parsed.GetRequiredValue(file), parsed.GetValue(maxWindow), token);
            using VmaGuest guest = GuestArguments.Open(archive, new FileSystemOptions { NoReplay = parsed.GetValue(noReplay), Secrets = secrets }, token);
            return Write(guest, parsed.GetRequiredValue(paths), parsed.GetValue(stream), parsed.GetValue(slack), token);
        }));
        return command;
    }

    private static int Write(VmaGuest guest, string[] paths, string? stream, bool isSlack, CancellationToken token)
    {
        bool hasFailed = false;
        void Tell(VmaException exception)
        {
            hasFailed = true;
            Terminal.PrintError($"{exception.Code}: {exception.Message}");
        }

        using Stream output = StandardStreams.OpenData();
        byte[] buffer = new byte[BufferSize];
        foreach (VmaFile file in GuestArguments.ResolveAll(paths, p => guest.Resolve(p, followLast: true), (_, e) => Tell(e)))
        {
            try
            {
                RawName name = stream is null ? default : RawName.Parse(stream);
                using Stream content = isSlack ? new MemoryStream(guest.ReadSlack(file, name), writable: false) : guest.OpenRead(file, name);
                int read;
                while ((read = content.Read(buffer, 0, buffer.Length)) > 0)
                {
                    token.ThrowIfCancellationRequested();
                    output.Write(buffer, 0, read);
                }
            }
            catch (VmaException exception)
            {
                Tell(exception);
            }
        }

        output.Flush();
        return hasFailed ? ExitCodes.Failure : ExitCodes.Success;
    }
}
