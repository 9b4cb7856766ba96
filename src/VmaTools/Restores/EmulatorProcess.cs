using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using VmaTools.Files;

namespace VmaTools.Restores;

/// <summary>An emulator that runs, with what its guest writes on the serial port. Disposed, it has ended.</summary>
internal sealed class EmulatorProcess : IDisposable
{
    private const int MaxErrors = 1 << 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly SerialText _serial;
    private readonly StringBuilder _errors = new();
    private readonly ManualResetEventSlim _isDone = new();
    private readonly object _ending = new();
    private readonly Thread _reader;
    private readonly Thread _errorReader;
    private bool _isEnding;

    private EmulatorProcess(Process process, SerialText serial)
    {
        _process = process;
        _serial = serial;
        _reader = new Thread(ReadSerial) { IsBackground = true, Name = "serial port" };
        _errorReader = new Thread(ReadErrors) { IsBackground = true, Name = "emulator's errors" };
        _reader.Start();
        _errorReader.Start();
    }

    /// <summary>What the emulator itself had to say, in one line.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return Printable.Text(_errors.ToString().Trim());
            }
        }
    }

    /// <summary>The code that it ended with, or null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Starts it.</summary>
    /// <exception cref="VmaException">It cannot be started.</exception>
    public static EmulatorProcess Start(string program, IReadOnlyList<string> arguments, SerialText serial)
    {
        if (!File.Exists(program))
        {
            throw new VmaException(VmaCodes.EmulatorFailed, $"There is no program {Printable.Short(program)}: the guest was not started.");
        }

        try
        {
            return new EmulatorProcess(
                Process.Start(new ProcessStartInfo(program, Programs.Join(arguments))
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                    CreateNoWindow = true,
                })!,
                serial);
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            // The runtime's sentence is about its own ways of starting; that of the system is about the file.
            string why = exception is Win32Exception { NativeErrorCode: not 0 and int code } ? new Win32Exception(code).Message : exception.Message;
            throw new VmaException(VmaCodes.EmulatorFailed, $"{Printable.Short(program)} cannot be started: {why}", innerException: exception);
        }
    }

    /// <summary>Waits until a text has come that is waited for, the emulator ends, or the time is over.</summary>
    public void Wait(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_isDone.Wait(timeout, cancellationToken) && _serial.Seen is null)
        {
            // Its output has ended, which is what comes of its own end.
            _process.WaitForExit((int)Patience.TotalMilliseconds);
        }
    }

    /// <summary>
    /// Has it make a picture of the screen and end. What it does not do in some seconds, it does not do. What comes from then on is not
    /// the guest's: the monitor writes back what it is told.
    /// </summary>
    /// <param name="picture">Where the picture is to be.</param>
    public void End(string picture)
    {
        lock (_ending)
        {
            _isEnding = true;
        }

        try
        {
            // Ctrl+A c leads to the monitor, which takes a backslash for the beginning of something else.
            string commands = $"\u0001c\nscreendump \"{picture.Replace('\\', '/')}\" -f png\nquit\n";
            byte[] bytes = Encoding.UTF8.GetBytes(commands);
            _process.StandardInput.BaseStream.Write(bytes, 0, bytes.Length);
            _process.StandardInput.BaseStream.Flush();
            _process.WaitForExit((int)Patience.TotalMilliseconds);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
        }
    }

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            // It ended by itself.
        }

        _process.WaitForExit();
        _reader.Join();
        _errorReader.Join();
        _process.Dispose();
        _isDone.Dispose();
    }

    private void ReadSerial()
    {
        byte[] buffer = new byte[1 << 14];
        try
        {
            int read;
            while ((read = _process.StandardOutput.BaseStream.Read(buffer, 0, buffer.Length)) > 0)
            {
                lock (_ending)
                {
                    if (_serial.Seen is null && !_isEnding)
                    {
                        _serial.Add(buffer, read);
                    }
                }

                if (_serial.Seen is not null)
                {
                    _isDone.Set();
                }
            }
        }
        catch (IOException)
        {
            // It ended.
        }

        _isDone.Set();
    }

    private void ReadErrors()
    {
        char[] buffer = new char[1024];
        try
        {
            int read;
            while ((read = _process.StandardError.Read(buffer, 0, buffer.Length)) > 0)
            {
                lock (_errors)
                {
                    _errors.Append(buffer, 0, Math.Min(read, MaxErrors - _errors.Length));
                }
            }
        }
        catch (IOException)
        {
            // It ended.
        }
    }
}
